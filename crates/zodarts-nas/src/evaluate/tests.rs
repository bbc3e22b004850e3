//! Tests of an evaluation against values computed by hand, by brute force and by theory.

use super::*;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<GoldenCase>,
}

#[derive(Deserialize)]
struct GoldenCase {
    task: String,
    n: usize,
    score_columns: usize,
    label_columns: usize,
    labels: Vec<u16>,
    scores: Vec<f32>,
    acc: f64,
    auc: Option<f64>,
}

fn task_of(name: &str) -> Task {
    match name {
        "binary-class" => Task::BinaryClass,
        "multi-class" => Task::MultiClass,
        "ordinal-regression" => Task::OrdinalRegression,
        "multi-label, binary-class" => Task::MultiLabel,
        other => panic!("unknown task {other}"),
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|class| format!("class {class}")).collect()
}

const FEW: Bootstrap = Bootstrap { replicates: 200, seed: 7 };

fn single(task: Task, classes: usize, scores: Vec<f32>, labels: Vec<u16>) -> Report {
    let n = labels.len();
    let scores = Scores::new(n, scores.len() / n, scores).unwrap();
    evaluate(&scores, &Labels::new(n, 1, labels).unwrap(), task, &names(classes), &FEW).unwrap()
}

#[test]
fn agrees_with_medmnists_evaluator() {
    let golden: Golden = serde_json::from_str(include_str!("../../golden/evaluator.json")).unwrap();
    assert!(golden.cases.len() > 10);
    for case in golden.cases {
        let scores = Scores::new(case.n, case.score_columns, case.scores).unwrap();
        let labels = Labels::new(case.n, case.label_columns, case.labels).unwrap();
        let task = task_of(&case.task);
        let classes = case.score_columns.max(if task == Task::BinaryClass { 2 } else { 1 });
        let report = evaluate(&scores, &labels, task, &names(classes), &FEW).unwrap();
        assert!((report.acc - case.acc).abs() < 1e-12, "{task:?}: {} != {}", report.acc, case.acc);
        assert_eq!(report.auc.is_some(), case.auc.is_some(), "{task:?}");
        assert_eq!(report.auc.is_none(), !report.auc_undefined_for.is_empty(), "{task:?}");
        assert!(report.auc_ci95.is_none() || case.auc.is_some(), "{task:?}");
        if let (Some(ours), Some(theirs)) = (report.auc, case.auc) {
            assert!((ours - theirs).abs() < 1e-12, "{task:?}: {ours} != {theirs}");
        }
    }
}

#[test]
fn a_score_of_exactly_one_half_is_a_no() {
    let report = single(Task::BinaryClass, 2, vec![0.5, 0.5, 0.75, 0.25], vec![0, 1, 1, 0]);
    assert_eq!(report.acc, 0.75);
    assert_eq!(report.confusion, Some(vec![vec![2, 0], vec![1, 1]]));
    assert_eq!(report.classes[1].sensitivity, Some(0.5));
    assert_eq!(report.classes[1].specificity, Some(1.0));
    assert_eq!(report.classes[0].sensitivity, Some(1.0));
}

#[test]
fn one_image_is_decided_as_in_an_evaluation() {
    assert_eq!(decide(&[0.5, 0.5], Task::BinaryClass), [0]);
    assert_eq!(decide(&[0.4, 0.6], Task::BinaryClass), [1]);
    assert_eq!(decide(&[0.2, 0.4, 0.4], Task::MultiClass), [1]);
    assert_eq!(decide(&[0.9, 0.5, 0.6], Task::MultiLabel), [0, 2]);
}

#[test]
fn the_first_of_equal_scores_wins() {
    let report = single(Task::MultiClass, 3, vec![0.2, 0.4, 0.4, 0.3, 0.3, 0.3], vec![1, 0]);
    assert_eq!(report.acc, 1.0);
    assert_eq!(report.auc_undefined_for, ["class 2"]);
    assert_eq!((report.auc, report.auc_ci95), (None, None));
    assert_eq!((report.classes[2].n, report.classes[2].sensitivity), (0, None));
}

#[test]
fn labels_are_judged_one_by_one() {
    let scores = Scores::new(2, 2, vec![0.9, 0.9, 0.1, 0.2]).unwrap();
    let labels = Labels::new(2, 2, vec![1, 0, 0, 1]).unwrap();
    let report = evaluate(&scores, &labels, Task::MultiLabel, &names(2), &FEW).unwrap();
    assert_eq!((report.acc, report.auc, report.confusion), (0.5, Some(0.5), None));
    assert_eq!((report.classes[1].n, report.classes[1].sensitivity), (1, Some(0.0)));
    assert_eq!(report.auc_ci95, None, "one image of a kind shows no spread");
    assert_eq!(report.balanced_acc, None);
}

#[test]
fn perfect_scores_of_four_images_are_not_certain() {
    let report = single(Task::BinaryClass, 2, vec![0.1, 0.2, 0.8, 0.9], vec![0, 0, 1, 1]);
    let [low, high] = report.acc_ci95;
    assert!(report.acc == 1.0 && high == 1.0 && (low - 0.5101).abs() < 1e-4, "{low}");
    assert_eq!((report.auc, report.auc_ci95), (Some(1.0), None));
    let [low, high] = report.classes[1].ci95.sensitivity.unwrap();
    assert!(high == 1.0 && (low - 0.3424).abs() < 1e-4, "{low}");
}

#[test]
fn a_classifier_that_never_finds_a_class_does_no_better_than_the_majority() {
    // 12 of the one class and 2 of the other; all are predicted to be of the one.
    let labels: Vec<u16> = (0..14).map(|image| u16::from(image >= 12)).collect();
    let report = single(Task::BinaryClass, 2, vec![0.1; 14], labels);
    assert_eq!(
        (report.acc, report.majority_acc, report.balanced_acc),
        (12.0 / 14.0, Some(12.0 / 14.0), Some(0.5))
    );
    let [found, missed] = [&report.classes[0], &report.classes[1]];
    assert_eq!((found.ppv, found.npv), (Some(12.0 / 14.0), None));
    assert_eq!((missed.ppv, missed.npv), (None, Some(12.0 / 14.0)));
    assert_eq!((missed.sensitivity, missed.ci95.ppv), (Some(0.0), None));
}

#[test]
fn the_interval_is_as_wide_as_binomial_theory_says() {
    let labels: Vec<u16> = (0..400).map(|i| i % 2).collect();
    let scores = (0..400).map(|i| if i < 80 { ((i + 1) % 2) as f32 } else { (i % 2) as f32 }).collect();
    let scores = Scores::new(400, 1, scores).unwrap();
    let labels = Labels::new(400, 1, labels).unwrap();
    let report = evaluate(&scores, &labels, Task::BinaryClass, &names(2), &Bootstrap::default()).unwrap();
    let expected = 1.96 * (0.8_f64 * 0.2 / 400.0).sqrt();
    for (end, sign) in report.acc_ci95.into_iter().zip([-1.0, 1.0]) {
        assert!((end - (0.8 + sign * expected)).abs() < 0.006, "{:?}", report.acc_ci95);
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_at_any_number_of_threads() {
    let run = |threads, seed| {
        let score = |at: u32| (at * 7 % 10) as f32 / 10.0;
        let scores = Scores::new(60, 3, (0..180).map(score).collect()).unwrap();
        let labels = Labels::new(60, 3, (0..180).map(|at| u16::from(at % 7 == 0)).collect()).unwrap();
        let bootstrap = Bootstrap { replicates: 500, seed };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| evaluate(&scores, &labels, Task::MultiLabel, &names(3), &bootstrap).unwrap())
    };
    assert_eq!(run(1, 3), run(3, 3));
    assert!((4..9).any(|seed| run(1, seed).acc_ci95 != run(1, 3).acc_ci95));
}

#[test]
fn a_report_survives_json() {
    let report = single(Task::MultiClass, 2, vec![0.2, 0.8, 0.7, 0.3], vec![1, 0]);
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
}

#[test]
fn labels_come_from_a_data_set() {
    let data =
        zodarts_data::Dataset::open("phantom", &zodarts_data::OpenOptions::default(), &|_| ()).unwrap();
    let labels = Labels::of(&data.val).unwrap();
    assert_eq!((labels.n(), labels.columns()), (data.val.len(), 1));
    assert!(labels.rows().enumerate().all(|(image, row)| row == data.val.labels(image)));
    let none = Labels::of(&data.val.select(&[]));
    assert!(matches!(none, Err(EvaluateError::Shape { what: "labels", found: 0, .. })));
}

#[test]
fn inputs_that_do_not_fit_are_refused() {
    assert!(matches!(Scores::new(0, 2, vec![]), Err(EvaluateError::Shape { .. })));
    assert!(matches!(Scores::new(usize::MAX, 2, vec![0.0; 2]), Err(EvaluateError::Shape { .. })));
    assert!(matches!(Labels::new(2, 2, vec![0; 3]), Err(EvaluateError::Shape { .. })));
    let nan = Scores::new(2, 2, vec![0.0, 1.0, 0.0, f32::NAN]);
    assert!(matches!(nan, Err(EvaluateError::NotFinite { image: 1, column: 1, .. })));

    let refuse = |columns, label_columns, label: u16, task, classes: usize, bootstrap: &Bootstrap| {
        let scores = Scores::new(2, columns, vec![0.0; 2 * columns]).unwrap();
        let labels = Labels::new(2, label_columns, vec![label; 2 * label_columns]).unwrap();
        evaluate(&scores, &labels, task, &names(classes), bootstrap).unwrap_err()
    };
    assert!(matches!(
        refuse(3, 1, 0, Task::BinaryClass, 2, &FEW),
        EvaluateError::Columns { what: "scores", .. }
    ));
    assert!(matches!(
        refuse(3, 1, 0, Task::BinaryClass, 3, &FEW),
        EvaluateError::Columns { what: "names", .. }
    ));
    assert!(matches!(
        refuse(3, 3, 0, Task::MultiClass, 3, &FEW),
        EvaluateError::Columns { what: "labels", .. }
    ));
    assert!(matches!(
        refuse(3, 1, 0, Task::MultiLabel, 3, &FEW),
        EvaluateError::Columns { what: "labels", .. }
    ));
    assert!(matches!(refuse(3, 1, 3, Task::MultiClass, 3, &FEW), EvaluateError::Label { limit: 3, .. }));
    assert!(matches!(refuse(3, 3, 2, Task::MultiLabel, 3, &FEW), EvaluateError::Label { limit: 2, .. }));
    let none = Bootstrap { replicates: 0, seed: 0 };
    assert_eq!(refuse(2, 1, 0, Task::MultiClass, 2, &none), EvaluateError::NoReplicates);
    let (two, three) = (Scores::new(2, 1, vec![0.0; 2]).unwrap(), Labels::new(3, 1, vec![0; 3]).unwrap());
    let error = evaluate(&two, &three, Task::BinaryClass, &names(2), &FEW).unwrap_err();
    assert_eq!(error, EvaluateError::Images { scores: 2, labels: 3 });
}

#[test]
fn labels_have_rankings_and_the_commoner_answer_is_the_baseline() {
    // Six images: one has the first label, four the second, none the third, all the fourth.
    let scores = [0.9, 0.6, 0.1, 0.9, 0.2, 0.7, 0.1, 0.9, 0.1, 0.8, 0.2, 0.8]
        .into_iter()
        .chain([0.3, 0.3, 0.1, 0.9, 0.3, 0.2, 0.1, 0.9, 0.1, 0.4, 0.1, 0.9]);
    let truth = vec![1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1];
    let (scores, labels) = (Scores::new(6, 4, scores.collect()).unwrap(), Labels::new(6, 4, truth).unwrap());
    let report = evaluate(&scores, &labels, Task::MultiLabel, &names(4), &FEW).unwrap();
    assert_eq!(report.majority_acc, Some((5.0 + 4.0 + 6.0 + 6.0) / 24.0));
    assert_eq!((report.balanced_acc, report.auc, report.auc_undefined_for.len()), (None, None, 2));
    let ranking = |label: usize| report.classes[label].ranking;
    let first = ranking(0).unwrap();
    assert_eq!((first.auc, first.average_precision, first.prevalence), (1.0, 1.0, 1.0 / 6.0));
    assert_eq!((first.auc_ci95, ranking(2), ranking(3)), (None, None, None));
    let second = ranking(1).unwrap();
    assert!(second.auc == 1.0 && (second.prevalence - 4.0 / 6.0).abs() < 1e-12, "{second:?}");
}

#[test]
fn two_classes_are_ranked_alike_whether_there_are_one_or_two_columns() {
    let second = [0.9, 0.4, 0.3, 0.2, 0.6, 0.1];
    let labels = Labels::new(6, 1, vec![1, 1, 0, 0, 0, 1]).unwrap();
    let two: Vec<f32> = second.iter().flat_map(|p| [1.0 - p, *p]).collect();
    let of = |columns: usize, values: Vec<f32>| {
        let scores = Scores::new(6, columns, values).unwrap();
        let report = evaluate(&scores, &labels, Task::BinaryClass, &names(2), &FEW).unwrap();
        let auc = report.auc;
        (auc, report.classes.into_iter().map(|class| class.ranking.unwrap()).collect::<Vec<_>>())
    };
    let (auc, ranked) = of(2, two);
    assert_eq!(ranked.iter().map(|found| Some(found.auc)).collect::<Vec<_>>(), [auc, auc]);
    assert_eq!(of(1, second.to_vec()), (auc, ranked));
}

/// Draws images of a few classes with scores on a coarse grid, at least one image of each class.
fn images() -> impl Strategy<Value = (usize, Vec<f32>, Vec<u16>)> {
    (2_usize..5, 5_usize..30).prop_flat_map(|(classes, n)| {
        let scores = proptest::collection::vec((0_u8..8).prop_map(|step| f32::from(step) / 8.0), n * classes);
        let labels = proptest::collection::vec(0..classes as u16, n).prop_map(move |mut labels| {
            (0..classes).for_each(|class| labels[class] = class as u16);
            labels
        });
        (Just(classes), scores, labels)
    })
}

/// Returns the mean over classes of the share of pairs won, counted pair by pair.
fn brute_force_auc(classes: usize, scores: &[f32], labels: &[u16]) -> f64 {
    let of_class = |class: usize| {
        let (mut wins, mut pairs) = (0.0, 0.0);
        for (a, _) in labels.iter().enumerate().filter(|(_, label)| usize::from(**label) == class) {
            for (b, _) in labels.iter().enumerate().filter(|(_, label)| usize::from(**label) != class) {
                let (positive, negative) = (scores[a * classes + class], scores[b * classes + class]);
                wins += if positive > negative {
                    1.0
                } else if positive == negative {
                    0.5
                } else {
                    0.0
                };
                pairs += 1.0;
            }
        }
        wins / pairs
    };
    (0..classes).map(of_class).sum::<f64>() / classes as f64
}

/// Returns results without the intervals of areas, which are sums over images in their order.
fn unsummed(mut classes: Vec<ClassReport>) -> Vec<ClassReport> {
    for ranking in classes.iter_mut().filter_map(|class| class.ranking.as_mut()) {
        ranking.auc_ci95 = None;
    }
    classes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn auc_is_the_share_of_pairs_won((classes, scores, labels) in images()) {
        let expected = brute_force_auc(classes, &scores, &labels);
        let report = single(Task::OrdinalRegression, classes, scores, labels);
        prop_assert!((report.auc.unwrap() - expected).abs() < 1e-12);
    }

    #[test]
    fn the_order_of_the_images_does_not_matter((classes, scores, labels) in images(), turn in 1_usize..30) {
        let turn = turn % labels.len();
        let (mut turned_scores, mut turned_labels) = (scores.clone(), labels.clone());
        turned_scores.rotate_left(turn * classes);
        turned_labels.rotate_left(turn);
        let report = single(Task::MultiClass, classes, scores, labels);
        let turned = single(Task::MultiClass, classes, turned_scores, turned_labels);
        prop_assert_eq!((report.acc, report.auc), (turned.acc, turned.auc));
        let (classes, turned_classes) = (unsummed(report.classes), unsummed(turned.classes));
        prop_assert_eq!((classes, report.confusion), (turned_classes, turned.confusion));
    }

    #[test]
    fn intervals_contain_the_estimate((classes, scores, labels) in images()) {
        let scores: Vec<f32> = scores.repeat(10);
        let report = single(Task::MultiClass, classes, scores, labels.repeat(10));
        let contains = |[low, high]: [f64; 2], value: f64| low <= value && value <= high;
        prop_assert!(contains(report.acc_ci95, report.acc));
        prop_assert!(report.auc_ci95.is_none_or(|interval| contains(interval, report.auc.unwrap())));
    }

    #[test]
    fn the_confusion_matrix_accounts_for_every_image((classes, scores, labels) in images()) {
        let n = labels.len() as u64;
        let report = single(Task::MultiClass, classes, scores, labels);
        let confusion = report.confusion.unwrap();
        let diagonal: u64 = (0..classes).map(|class| confusion[class][class]).sum();
        prop_assert_eq!(confusion.iter().flatten().sum::<u64>(), n);
        prop_assert_eq!(diagonal as f64 / n as f64, report.acc);
        for (class, found) in report.classes.iter().enumerate() {
            prop_assert_eq!(found.n, confusion[class].iter().sum::<u64>());
            prop_assert_eq!(found.sensitivity.unwrap(), confusion[class][class] as f64 / found.n as f64);
        }
    }

    #[test]
    fn scores_of_a_volume_are_the_mean_over_its_slices(
        volumes in 1usize..6,
        slices in 1usize..5,
        columns in 1usize..4,
        values in prop::collection::vec(0.0f32..1.0, 6 * 5 * 4),
    ) {
        let values = values[..volumes * slices * columns].to_vec();
        let found = Scores::new(volumes * slices, columns, values.clone()).unwrap().averaged(slices);
        prop_assert_eq!((found.n(), found.columns()), (volumes, columns));
        for (volume, row) in found.rows().enumerate() {
            for (column, found) in row.iter().enumerate() {
                let at = |slice: usize| values[(volume * slices + slice) * columns + column];
                let expected = (0..slices).map(|slice| f64::from(at(slice))).sum::<f64>() / slices as f64;
                prop_assert!((f64::from(*found) - expected).abs() < 1e-7, "{} {}", found, expected);
            }
        }
    }
}
