//! Settings of the predictions of a trained network.

use super::Range;

crate::settings! {
    /// Prediction with a trained network. Comparisons do not read these settings: they use networks as
    /// trained.
    pub struct PredictSettings in "predict" {
        /// Scale the logits by a temperature that is chosen on the validation images.
        calibrate: bool = true;
        /// Lower the decision threshold of the positive class, or of each of several labels, until this share
        /// of its validation images is found, for example 0.95; unset, the more probable class and labels
        /// above one half are predicted. For two classes or several labels.
        sensitivity: Option<f64> = None, Range::AboveUpTo(0.0, 1.0);
        /// The class that must not be missed; `--sensitivity` needs it for two classes. Of several labels,
        /// only this one gets a threshold.
        positive: Option<String> = None;
        /// Also predict the set of classes that holds the true one with this probability, for example 0.95;
        /// chosen on the validation images, for each class apart.
        coverage: Option<f64> = None, Range::AboveUpTo(0.0, 0.999);
    }
}
