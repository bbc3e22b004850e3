//! Tests of the text, the numbering and the live edges of genotypes.

use super::*;
use proptest::prelude::*;
use std::collections::HashSet;
use zodarts_nn::space::STAGES;

const EXAMPLE: &str =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|skip_connect~1|+|avg_pool_3x3~0|none~1|nor_conv_1x1~2|";

fn syntax(text: &str) -> (usize, String, String) {
    match text.parse::<Genotype>() {
        Err(GenotypeError::Syntax { position, found, expected, .. }) => (position, found, expected),
        other => panic!("{text:?} gave {other:?}"),
    }
}

fn genotype(columns: [usize; 6]) -> Genotype {
    Genotype::new(&NAS_BENCH_201, &columns.map(|column| NAS_BENCH_201.operations[column]))
}

#[test]
fn the_standard_form_reads_and_writes() {
    use Operation::{AvgPool3x3, Conv1x1, Conv3x3, None, SkipConnect};
    let genotype: Genotype = EXAMPLE.parse().expect("valid");
    assert_eq!(*genotype.0, [Conv3x3, Conv3x3, SkipConnect, AvgPool3x3, None, Conv1x1]);
    assert_eq!(genotype.to_string(), EXAMPLE);
    assert_eq!(format!(" {EXAMPLE}\n").parse(), Ok(genotype));
    assert_eq!(serde_json::to_string(&genotype).expect("json"), format!("{EXAMPLE:?}"));
    assert_eq!(serde_json::from_str::<Genotype>(&format!("{EXAMPLE:?}")).expect("json"), genotype);
    assert!(serde_json::from_str::<Genotype>("\"|x~0|\"").is_err());
}

#[test]
fn all_15625_round_trip() {
    let mut texts = HashSet::new();
    for (index, genotype) in Genotype::all(&NAS_BENCH_201).enumerate() {
        assert_eq!(genotype.index(), index);
        assert_eq!(genotype.to_string().parse(), Ok(genotype));
        texts.insert(genotype.to_string());
    }
    assert_eq!(texts.len(), 15_625);
    assert_eq!(Genotype::from_index(&NAS_BENCH_201, 15_625), None);
    assert_eq!(Genotype::from_index(&NAS_BENCH_201, usize::MAX), None);
    assert_eq!(Genotype::from_index(&NAS_BENCH_201, 1), Some(genotype([0, 0, 0, 0, 0, 1])));
}

#[test]
fn errors_say_where_what_and_what_else() {
    assert_eq!(syntax(""), (1, "the end".into(), "`|`".into()));
    let (position, found, expected) = syntax("|conv~0|");
    assert_eq!((position, found.as_str()), (2, "\"conv~0|\""));
    assert!(expected.contains("nor_conv_1x1") && expected.contains("skip_connect"));
    assert_eq!(syntax("|none~1|+"), (7, "\"1|+\"".into(), "`0`".into()));
    assert_eq!(syntax("|none~0|none"), (9, "\"none\"".into(), "`+|`".into()));
    assert_eq!(syntax(&EXAMPLE[..EXAMPLE.len() - 1]), (EXAMPLE.len(), "the end".into(), "`|`".into()));
    assert_eq!(syntax(&format!("{EXAMPLE}+")), (EXAMPLE.len() + 1, "\"+\"".into(), "the end".into()));
    assert_eq!(syntax("ä|").0, 1);
    let long = format!("|{}", "é".repeat(1_000_000));
    assert_eq!(syntax(&long).1, format!("\"{}\"…", "é".repeat(20)));
    assert!(syntax("\u{1b}[2J").1.contains("\\u{1b}"), "control characters are escaped");
}

proptest! {
    #[test]
    fn hostile_text_never_panics(text in ".*") {
        prop_assert!(text.parse::<Genotype>().is_err());
    }

    #[test]
    fn damaged_text_never_panics_and_never_reads_as_something_it_does_not_say(
        index in 0..15_625_usize, cut in 0..100_usize, length in 0..4_usize, patch in "[|~+a-z0-9é ]{0,4}"
    ) {
        let text = Genotype::from_index(&NAS_BENCH_201, index).expect("in range").to_string();
        let start = cut.min(text.len());
        let end = (start + length).min(text.len());
        let damaged = format!("{}{patch}{}", &text[..start], &text[end..]);
        if let Ok(read) = damaged.parse::<Genotype>() {
            prop_assert_eq!(read.to_string(), damaged.trim());
        }
    }
}

#[test]
fn live_edges_are_fed_and_heard() {
    // Edge 0→1 gets input but node 1 leads nowhere; edge 2→3 reaches the output but node 2 gets no input.
    assert_eq!(genotype([1, 0, 0, 1, 0, 1]).live_edges(), [false, false, false, true, false, false]);
    assert_eq!(genotype([3; 6]).live_edges(), [true; 6]);
    assert_eq!(genotype([1, 0, 2, 0, 0, 3]).live_edges(), [true, false, true, false, false, true]);
}

/// Returns the live edges, found by listing every path from node 0 to node 3.
fn live_edges_by_paths(genotype: Genotype) -> [bool; 6] {
    const PATHS: [&[usize]; 4] = [&[3], &[0, 4], &[1, 5], &[0, 2, 5]];
    let mut live = [false; 6];
    for path in PATHS {
        if path.iter().all(|&edge| genotype.0[edge] != Operation::None) {
            for &edge in path {
                live[edge] = true;
            }
        }
    }
    live
}

#[test]
fn live_edges_are_those_on_some_path() {
    for genotype in Genotype::all(&NAS_BENCH_201) {
        let live = live_edges_by_paths(genotype);
        assert_eq!(genotype.live_edges(), live, "{genotype}");
        assert_eq!(genotype.check_connected().is_ok(), live.contains(&true), "{genotype}");
    }
}

#[test]
fn a_broken_path_has_a_reason() {
    let reason = |operations| match genotype(operations).check_connected() {
        Err(GenotypeError::NoPath { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason([1, 1, 1, 0, 0, 0]), "every edge into node 3 is none");
    assert_eq!(reason([0, 0, 1, 0, 1, 1]), "every edge out of node 0 is none");
    assert_eq!(reason([1, 0, 0, 0, 0, 1]), "no node that node 0 feeds leads to node 3");
    let message = genotype([0; 6]).check_connected().unwrap_err().to_string();
    assert!(message.starts_with("genotype |none~0|+"), "{message}");
}

const OF_STAGES: &str = "stages: |nor_conv_3x3~0|+|none~0|skip_connect~1| / \
     |skip_connect~0|+|avg_pool_3x3~0|none~1| / |nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|";

#[test]
fn the_text_of_another_space_has_its_name_and_all_cells() {
    let genotype: Genotype = OF_STAGES.parse().expect("valid");
    assert_eq!((genotype.space(), genotype.to_string().as_str()), (&STAGES, OF_STAGES));
    assert_eq!(Genotype::parse_in(&STAGES, OF_STAGES), Ok(genotype));
    assert_eq!(Genotype::from_index(&STAGES, genotype.index()), Some(genotype));
    let live = [true, false, true, false, true, false, true, true, true];
    assert_eq!(genotype.live_edges(), live);
    assert_eq!(serde_json::from_str::<Genotype>(&format!("{OF_STAGES:?}")).expect("json"), genotype);
    let (position, _, expected) = syntax(&OF_STAGES.replacen(" / ", "/", 1));
    assert_eq!((position, expected.as_str()), (49, "` / `"));
    assert!(syntax("stages: |nor_conv_1x1~0|").2.contains("skip_connect, nor_conv_3x3, avg_pool_3x3, none"));
    assert!(Genotype::parse_in(&NAS_BENCH_201, OF_STAGES).is_err());
    let hint = Genotype::parse_in(&STAGES, "|").unwrap_err().hint().expect("a hint");
    assert!(hint.starts_with("the form is stages: |nor_conv_3x3~0|+|"), "{hint}");
    let unknown = "darts: |none~0|".parse::<Genotype>().unwrap_err().to_string();
    assert!(unknown.contains("unknown search space \"darts\", expected one of nas-bench-201, stages"));
}

#[test]
fn every_cell_needs_a_path() {
    let broken = OF_STAGES.replace("avg_pool_3x3", "none").parse::<Genotype>().expect("valid");
    let message = broken.check_connected().unwrap_err().to_string();
    assert!(message.ends_with("in cell 2, every edge into node 2 is none"), "{message}");
}
