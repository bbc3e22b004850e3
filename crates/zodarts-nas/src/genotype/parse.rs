//! The parser of a genotype's text.

use super::{Genotype, GenotypeError};
use zodarts_nn::space::{NAS_BENCH_201, Operation, Space};

/// Most characters of the text that an error quotes.
const QUOTED: usize = 20;

/// The separator of cells.
pub(super) const BETWEEN_CELLS: &str = " / ";

/// Returns the text before the cells: empty in NAS-Bench-201, else the space's name.
pub(super) fn prefix(space: &Space) -> String {
    if *space == NAS_BENCH_201 { String::new() } else { format!("{space}: ") }
}

/// Parses a genotype of the registered space that the text's prefix names.
pub(super) fn of_any_space(text: &str) -> Result<Genotype, GenotypeError> {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    match text.trim_start().split_once(':') {
        Some((name, _)) if !name.is_empty() && name.chars().all(plain) => genotype(Space::named(name)?, text),
        _ => genotype(&NAS_BENCH_201, text),
    }
}

/// Parses a genotype of `space`.
pub(super) fn genotype(space: &'static Space, text: &str) -> Result<Genotype, GenotypeError> {
    let mut cursor = Cursor { space, text, at: text.len() - text.trim_start().len() };
    cursor.expect(&prefix(space))?;
    let mut operations = Vec::new();
    for cell in 0..space.cells() {
        if cell > 0 {
            cursor.expect(BETWEEN_CELLS)?;
        }
        let mut target = 0;
        for edge in space.edges {
            if edge.target != target {
                cursor.expect(if target == 0 { "|" } else { "+|" })?;
                target = edge.target;
            }
            operations.push(cursor.operation()?);
            cursor.expect("~")?;
            cursor.expect(&edge.source.to_string())?;
            cursor.expect("|")?;
        }
    }
    cursor.end()?;
    Ok(Genotype::new(space, &operations))
}

/// A position in the text, always on a character boundary.
struct Cursor<'a> {
    space: &'static Space,
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn expect(&mut self, token: &str) -> Result<(), GenotypeError> {
        if !self.rest().starts_with(token) {
            return Err(self.error(format!("`{token}`")));
        }
        self.at += token.len();
        Ok(())
    }

    fn operation(&mut self) -> Result<Operation, GenotypeError> {
        let word = self.rest().split(['~', '|', '+']).next().unwrap_or_default();
        let known = self.space.operations;
        let Some(operation) = known.iter().copied().find(|operation| operation.name() == word) else {
            let names: Vec<&str> = known.iter().map(|operation| operation.name()).collect();
            return Err(self.error(format!("one of {}", names.join(", "))));
        };
        self.at += word.len();
        Ok(operation)
    }

    fn end(&self) -> Result<(), GenotypeError> {
        if self.rest().trim_end().is_empty() { Ok(()) } else { Err(self.error("the end".to_owned())) }
    }

    fn error(&self, expected: String) -> GenotypeError {
        let rest = self.rest();
        let found = match rest.char_indices().nth(QUOTED) {
            _ if rest.is_empty() => "the end".to_owned(),
            Some((cut, _)) => format!("{:?}…", &rest[..cut]),
            None => format!("{rest:?}"),
        };
        let position = self.text[..self.at].chars().count() + 1;
        GenotypeError::Syntax { space: self.space, position, found, expected }
    }
}
