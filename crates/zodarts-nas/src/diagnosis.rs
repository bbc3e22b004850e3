//! Messages that name the tensor or architecture parameter at which numbers ceased to be finite.

use crate::methods::Chain;
use zodarts_nn::parameters::{Tensor, TensorLayout};
use zodarts_nn::space::Space;

/// Returns the loss of a diverged training, and the first layer whose gradient or weights are not finite.
pub fn of_training(loss: f64, layout: &TensorLayout, weights: &[f32], gradient: &[f32]) -> String {
    let layer = first_broken("gradient", layout, gradient).unwrap_or_else(|| of_weights(layout, weights));
    format!("the loss is {loss}, {layer}")
}

/// Returns a message about scores that are not finite, and the first layer whose weights are not finite.
pub fn of_scores(layout: &TensorLayout, weights: &[f32]) -> String {
    format!("scores of validation images are not finite, {}", of_weights(layout, weights))
}

/// Returns true if a round of a search left a value that is not finite.
pub fn is_broken(loss: f64, hypergradient_norm: f64, chain: &Chain, alpha: &[f32]) -> bool {
    let broken = |values: &[f32]| values.iter().any(|value| !value.is_finite());
    !loss.is_finite() || !hypergradient_norm.is_finite() || broken(alpha) || broken(&chain.weights)
}

/// Returns the loss of a diverged search, and the first architecture parameter or layer that is not finite.
pub fn of_search(loss: f64, space: &Space, layout: &TensorLayout, chain: &Chain, alpha: &[f32]) -> String {
    assert_eq!(alpha.len(), space.alphas(), "architecture parameters");
    let broken = alpha.iter().position(|value| !value.is_finite());
    let of_alpha = broken.map(|at| {
        let operation = space.operations[at % space.columns()].name();
        let place = space.cell_edge(at / space.columns());
        format!("α of {operation} {place} is {}", alpha[at])
    });
    format!("the loss is {loss}, {}", of_alpha.unwrap_or_else(|| of_weights(layout, &chain.weights)))
}

fn of_weights(layout: &TensorLayout, weights: &[f32]) -> String {
    first_broken("weights", layout, weights).unwrap_or_else(|| largest(layout, weights))
}

/// Returns a sentence about the first layer with values that are not finite, or `None` if there is none.
fn first_broken(what: &str, layout: &TensorLayout, values: &[f32]) -> Option<String> {
    let count =
        |tensor: &Tensor| values[tensor.range.clone()].iter().filter(|value| !value.is_finite()).count();
    let (tensor, count) =
        layout.tensors().iter().map(|tensor| (tensor, count(tensor))).find(|(_, count)| *count > 0)?;
    Some(format!(
        "{count} of {} values in the {what} of `{}` are not finite",
        tensor.range.len(),
        tensor.name
    ))
}

/// Returns a sentence about the layer with the largest weight.
fn largest(layout: &TensorLayout, weights: &[f32]) -> String {
    let largest =
        |tensor: &Tensor| weights[tensor.range.clone()].iter().fold(0.0f32, |top, w| top.max(w.abs()));
    let layers = layout.tensors().iter().map(|tensor| (largest(tensor), &tensor.name));
    let top = layers.max_by(|a, b| a.0.total_cmp(&b.0));
    top.map_or_else(
        || "there are no weights".into(),
        |(top, name)| format!("the largest weight is {top:.3e}, in `{name}`"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use zodarts_nn::optim::SgdState;
    use zodarts_nn::parameters::Initial;
    use zodarts_nn::space::{NAS_BENCH_201, STAGES};

    fn layout() -> TensorLayout {
        let mut layout = TensorLayout::default();
        layout.push("stem".into(), &[2], Initial::Constant(0.0));
        layout.push("head".into(), &[3], Initial::Constant(0.0));
        layout
    }

    #[test]
    fn the_first_layer_at_fault_is_named() {
        let weights = [1.0, 2.0, -3.5e9, 0.0, 0.0];
        let found = of_training(f64::NAN, &layout(), &weights, &[0.0, 1.0, f32::NAN, 1.0, f32::INFINITY]);
        assert_eq!(found, "the loss is NaN, 2 of 3 values in the gradient of `head` are not finite");
        let found = of_training(f64::INFINITY, &layout(), &weights, &[0.0; 5]);
        assert_eq!(found, "the loss is inf, the largest weight is 3.500e9, in `head`");
        let chain = Chain { weights: vec![f32::NAN, 0.0, 0.0, 0.0, 0.0], sgd: SgdState::default() };
        let space = &NAS_BENCH_201;
        let mut alpha = [0.0; 30];
        let found = of_search(0.5, space, &layout(), &chain, &alpha);
        assert_eq!(found, "the loss is 0.5, 1 of 2 values in the weights of `stem` are not finite");
        alpha[6] = f32::NEG_INFINITY;
        let found = of_search(0.5, space, &layout(), &chain, &alpha);
        assert_eq!(found, "the loss is 0.5, α of skip_connect from node 0 to 2 is -inf");
        let mut alpha = [0.0; 36];
        alpha[13] = f32::NAN;
        let found = of_search(0.5, &STAGES, &layout(), &chain, &alpha);
        assert_eq!(found, "the loss is 0.5, α of nor_conv_3x3 from node 0 to 1 of cell 2 is NaN");
        assert!(is_broken(0.5, 1.0, &chain, &[0.0]) && !is_broken(0.5, 1.0, &Chain::default(), &[0.0]));
    }
}
