//! What a search makes of the six edges of the cell.

use super::look::Look;
use console::Style;
use zodarts_nas::genotype::Genotype;
use zodarts_nn::space::{EDGE_LIST, Edge, Mixture, OPERATIONS, Operation};

/// Width of an edge: its nodes, the longest name of an operation, and `settled`.
const CELL: usize = 24;
/// Between two edges of a line.
const GAP: &str = "  ";
/// Width of the longest name of an operation.
const NAME: usize = 12;

/// The strongest operation of each edge with its probability, in the order of the genotype, as many edges a line as `width` columns
/// have room for. An edge that is all one operation, to the last bit, is settled.
pub fn lines(genotype: Genotype, mixture: &Mixture<f32>, width: usize, look: Look) -> Vec<String> {
    let edges = EDGE_LIST.iter().zip(&genotype.0).zip(mixture);
    let cells: Vec<String> =
        edges.map(|((edge, operation), row)| cell(*edge, *operation, row, look)).collect();
    let columns = ((width + GAP.len()) / (CELL + GAP.len())).max(1);
    cells.chunks(columns).map(|cells| cells.join(GAP).trim_end().to_owned()).collect()
}

fn cell(edge: Edge, operation: Operation, row: &[f32; OPERATIONS], look: Look) -> String {
    let arrow = if look.unicode { '→' } else { '-' };
    let text = if is_settled(row) { "settled".into() } else { format!("{:.2}", row[operation.index()]) };
    let cell = format!("{}{arrow}{} {:NAME$} {text:7}", edge.source, edge.target, operation.name());
    let green = Style::new().green().force_styling(true);
    if is_settled(row) && look.colour { green.apply_to(cell).to_string() } else { cell }
}

/// Whether exactly one operation is there.
fn is_settled(row: &[f32; OPERATIONS]) -> bool {
    row.iter().filter(|p| **p == 1.0).count() == 1 && row.iter().filter(|p| **p != 0.0).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use console::measure_text_width;

    const PLAIN: Look = Look { unicode: true, colour: false };

    fn example() -> (Genotype, Mixture<f32>) {
        let genotype =
            "|avg_pool_3x3~0|+|none~0|nor_conv_3x3~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|";
        let mut mixture = [[0.1, 0.4, 0.2, 0.2, 0.1]; 6];
        mixture[0] = [0.0, 0.0, 0.0, 0.0, 1.0];
        // Rounds to 1.00, and is not settled.
        mixture[1] = [0.999_999, 0.000_001, 0.0, 0.0, 0.0];
        mixture[2] = [0.2, 0.2, 0.2, 0.4, 0.0];
        (genotype.parse().unwrap(), mixture)
    }

    fn drawn(width: usize, look: Look) -> Vec<String> {
        let (genotype, mixture) = example();
        lines(genotype, &mixture, width, look)
    }

    #[test]
    fn eighty_columns_have_two_lines_and_say_what_is_settled() {
        let lines = drawn(80, PLAIN);
        assert_eq!(
            lines,
            [
                "0→1 avg_pool_3x3 settled  0→2 none         1.00     1→2 nor_conv_3x3 0.40",
                "0→3 nor_conv_1x1 0.20     1→3 skip_connect 0.40     2→3 skip_connect 0.40",
            ]
        );
    }

    #[test]
    fn narrower_terminals_have_more_lines_of_fewer_edges() {
        for (width, count) in [(76, 2), (75, 3), (50, 3), (49, 6), (24, 6), (3, 6)] {
            let lines = drawn(width, PLAIN);
            assert_eq!(lines.len(), count, "{width}");
            assert!(lines.iter().all(|line| measure_text_width(line) <= width.max(CELL)), "{lines:?}");
        }
    }

    #[test]
    fn ascii_is_all_there_is_where_there_is_no_more() {
        let lines = drawn(80, Look { unicode: false, ..PLAIN });
        assert!(lines[0].starts_with("0-1 avg_pool_3x3 settled") && lines.iter().all(|line| line.is_ascii()));
    }

    #[test]
    fn colour_adds_to_the_word_and_takes_no_room() {
        let (plain, coloured) = (drawn(80, PLAIN), drawn(80, Look { colour: true, ..PLAIN }));
        assert!(coloured[0].starts_with("\u{1b}[32m0→1 avg_pool_3x3 settled\u{1b}[0m  0→2"), "{coloured:?}");
        assert_eq!(coloured[1], plain[1]);
        assert_eq!(measure_text_width(&coloured[0]), measure_text_width(&plain[0]));
    }
}
