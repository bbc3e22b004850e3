use super::{Genotype, GenotypeError};
use zodarts_nn::space::{EDGE_LIST, EDGES, Operation};

/// Characters of the text that an error quotes at most.
const QUOTED: usize = 20;

/// Reads the architecture string `text` front to back.
pub(super) fn genotype(text: &str) -> Result<Genotype, GenotypeError> {
    let mut cursor = Cursor { text, at: text.len() - text.trim_start().len() };
    let mut choice = [Operation::None; EDGES];
    for (position, (edge, operation)) in EDGE_LIST.iter().zip(&mut choice).enumerate() {
        if edge.source == 0 {
            cursor.expect(if position == 0 { "|" } else { "+|" })?;
        }
        *operation = cursor.operation()?;
        cursor.expect("~")?;
        cursor.expect(["0", "1", "2"][edge.source])?;
        cursor.expect("|")?;
    }
    cursor.end()?;
    Ok(Genotype(choice))
}

/// A place in the text; always on a character boundary.
struct Cursor<'a> {
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
        let Some(operation) = Operation::ALL.into_iter().find(|operation| operation.name() == word) else {
            let names = Operation::ALL.map(Operation::name).join(", ");
            return Err(self.error(format!("one of {names}")));
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
        GenotypeError::Syntax { position, found, expected }
    }
}
