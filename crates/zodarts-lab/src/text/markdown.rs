//! Tables as in GitHub's Markdown.

/// A table: the first column to the left, the others to the right.
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

/// A genotype is full of bars, and each would end its cell.
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
