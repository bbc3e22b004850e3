//! Tables in GitHub's Markdown.

/// Returns a table, with the first column aligned left and the others right.
pub fn table<T: AsRef<str>>(header: &[T], rows: &[Vec<String>]) -> String {
    let rule = (0..header.len()).map(|column| if column == 0 { "---" } else { "---:" });
    let mut text = line(header.iter().map(AsRef::as_ref)) + &line(rule);
    for row in rows {
        text += &line(row.iter().map(String::as_str));
    }
    text
}

fn line<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let cells: Vec<String> = cells.map(escaped).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// Escapes bars, each of which would end its cell; a genotype is full of them.
fn escaped(cell: &str) -> String {
    cell.replace('|', "\\|").replace(['\r', '\n'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_or_a_line_end_stays_inside_its_cell() {
        let text = table(&["a", "b"], &[vec!["|x~0|".into(), "1\n2".into()]]);
        assert_eq!(text, "| a | b |\n| --- | ---: |\n| \\|x~0\\| | 1 2 |\n");
    }
}
