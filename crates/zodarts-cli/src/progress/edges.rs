//! The strongest operations of the cells' edges, as text.

use super::look::Look;
use console::Style;
use zodarts_nas::genotype::Genotype;
use zodarts_nn::space::{CellEdge, Mixture};

/// Width of an edge: its nodes, the longest name of an operation, and `settled`.
const CELL: usize = 24;
/// Width of the number of a cell, where there are several.
const CELL_NUMBER: usize = 2;
/// The gap between two edges of a line.
const GAP: &str = "  ";
/// Width of the longest name of an operation.
const NAME: usize = 12;

/// Returns the strongest operation of each edge with its probability, in the order of the genotype, with as
/// many edges per line as `width` columns have room for. An edge is settled if all its weight is on one
/// operation, to the last bit.
pub fn lines(genotype: Genotype, mixture: &Mixture<f32>, width: usize, look: Look) -> Vec<String> {
    let space = genotype.space();
    let edges = space.cell_edges().zip(genotype.0.columns()).zip(mixture.rows());
    let cells: Vec<String> = edges
        .map(|((edge, column), row)| {
            let choice = Chosen { name: space.operations[column].name(), p: row[column] };
            cell(edge, &choice, row, look)
        })
        .collect();
    let cell = CELL + if space.cells() > 1 { CELL_NUMBER } else { 0 };
    let columns = ((width + GAP.len()) / (cell + GAP.len())).max(1);
    cells.chunks(columns).map(|cells| cells.join(GAP).trim_end().to_owned()).collect()
}

/// The strongest operation of an edge.
struct Chosen {
    name: &'static str,
    p: f32,
}

fn cell(place: CellEdge, choice: &Chosen, row: &[f32], look: Look) -> String {
    let arrow = if look.unicode { '→' } else { '-' };
    let text = if is_settled(row) { "settled".into() } else { format!("{:.2}", choice.p) };
    let number = place.cell.map_or(String::new(), |cell| format!("{}:", cell + 1));
    let edge = place.edge;
    let cell = format!("{number}{}{arrow}{} {:NAME$} {text:7}", edge.source, edge.target, choice.name);
    let green = Style::new().green().force_styling(true);
    if is_settled(row) && look.colour { green.apply_to(cell).to_string() } else { cell }
}

/// Reports whether exactly one operation has all the weight.
fn is_settled(row: &[f32]) -> bool {
    row.iter().filter(|p| **p == 1.0).count() == 1 && row.iter().filter(|p| **p != 0.0).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use console::measure_text_width;
    use zodarts_nn::space::STAGES;

    const PLAIN: Look = Look { unicode: true, colour: false };

    fn example() -> (Genotype, Mixture<f32>) {
        let genotype =
            "|avg_pool_3x3~0|+|none~0|nor_conv_3x3~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|";
        let mut mixture = [[0.1, 0.4, 0.2, 0.2, 0.1]; 6];
        mixture[0] = [0.0, 0.0, 0.0, 0.0, 1.0];
        // Rounds to 1.00, and is not settled.
        mixture[1] = [0.999_999, 0.000_001, 0.0, 0.0, 0.0];
        mixture[2] = [0.2, 0.2, 0.2, 0.4, 0.0];
        (genotype.parse().unwrap(), mixture.into())
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
    fn several_cells_are_numbered() {
        let genotype = Genotype::from_index(&STAGES, 0).unwrap();
        let lines = lines(genotype, &Mixture::filled(&STAGES, 0.25), 84, PLAIN);
        assert_eq!(lines.len(), 3);
        let second = "2:0→1 skip_connect 0.25     2:0→2 skip_connect 0.25     2:1→2 skip_connect 0.25";
        assert_eq!(lines[1], second);
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
