//! The optimisers and schedules against `PyTorch`: `golden/optimisers.py` made the numbers.

use super::{Adam, AdamState, Schedule, Sgd, SgdState};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    start: Vec<f32>,
    gradients: Vec<Vec<f32>>,
    rates: Vec<f64>,
    sgd: Vec<Trajectory<Sgd>>,
    adam: Vec<Trajectory<Adam>>,
    cosine: Vec<f64>,
    warmup_cosine: Vec<f64>,
}

#[derive(Deserialize)]
struct Trajectory<T> {
    setting: T,
    weights: Vec<Vec<f32>>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../golden/optimisers.json")).expect("golden numbers")
}

fn assert_close(found: &[f32], expected: &[f32], what: &str) {
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= 1e-6 * e.abs().max(1.0), "{what}: {found:?} instead of {expected:?}");
    }
}

#[test]
fn sgd_follows_torch() {
    let golden = golden();
    assert_eq!(golden.sgd.len(), 4);
    for Trajectory { setting, weights } in golden.sgd {
        let (mut w, mut state) = (golden.start.clone(), SgdState::new(golden.start.len()));
        for ((gradient, &rate), expected) in golden.gradients.iter().zip(&golden.rates).zip(&weights) {
            setting.step(&mut state, &mut w, gradient, rate);
            assert_close(&w, expected, &format!("{setting:?}"));
        }
    }
}

#[test]
fn adam_follows_torch() {
    let golden = golden();
    assert_eq!(golden.adam.len(), 2);
    for Trajectory { setting, weights } in golden.adam {
        let (mut w, mut state) = (golden.start.clone(), AdamState::new(golden.start.len()));
        for (gradient, expected) in golden.gradients.iter().zip(&weights) {
            setting.step(&mut state, &mut w, gradient);
            assert_close(&w, expected, &format!("{setting:?}"));
        }
    }
}

#[test]
fn schedules_follow_torch() {
    let golden = golden();
    let retraining =
        Schedule::WarmupCosine { base: 0.1, warmup_epochs: 10, warmup_start_factor: 0.01, epochs: 40 };
    for (schedule, expected) in [(Schedule::search(50), golden.cosine), (retraining, golden.warmup_cosine)] {
        for (epoch, e) in expected.iter().enumerate() {
            let found = schedule.learning_rate(epoch);
            assert!((found - e).abs() < 1e-12, "{schedule:?}, epoch {epoch}: {found} instead of {e}");
        }
    }
}
