//! Settings of the changes that training images go through.

use super::{Range, SettingType, Value, Word};
use serde::{Deserialize, Serialize};
use std::fmt;
use zodarts_data::{Edges, Policy};

/// Range of a share of the image.
const SHARE: Range = Range::Within(0.0, 0.75);

crate::settings! {
    /// The changes of a training image: a policy, and numbers that replace its own. Lengths are shares of the
    /// image's side.
    pub struct AugmentSettings in "train" {
        /// Changes of training images: `crop` is the paper's padded crop and mirror, `light`, `medium` and
        /// `strong` move images and change their grey levels, `none` changes nothing.
        policy: PolicyName = PolicyName::Crop;
        /// Largest rotation to either side, in degrees.
        rotation: Knob = Knob::Policy, Range::Within(0.0, 180.0);
        /// Largest logarithm of a change in size: 0.25 is from 0.78 to 1.28.
        scale: Knob = Knob::Policy, Range::Within(0.0, 1.0);
        /// Largest logarithm of a change of the ratio of width to height.
        aspect: Knob = Knob::Policy, Range::Within(0.0, 1.0);
        /// Largest shift along each axis.
        shift: Knob = Knob::Policy, Range::Within(0.0, 0.5);
        /// Least share of the area that a random crop keeps; 1 does not crop.
        crop_area: Knob = Knob::Policy, Range::Within(0.05, 1.0);
        /// Mirror images top to bottom at random.
        upside_down: bool = false;
        /// Values beyond the edges of a moved image: the image reflected, or black.
        edges: Edges = Edges::Reflected;
        /// Largest logarithm of the exponent γ of the grey levels: 0.5 is from 0.61 to 1.65.
        gamma: Knob = Knob::Policy, Range::Within(0.0, 2.0);
        /// Largest logarithm of the factor of the contrast.
        contrast: Knob = Knob::Policy, Range::Within(0.0, 2.0);
        /// Largest brightness added to or taken from values of 0 to 1.
        brightness: Knob = Knob::Policy, Range::Within(0.0, 1.0);
        /// Largest deviation of a Gaussian blur, for half of the images.
        blur: Knob = Knob::Policy, Range::Within(0.0, 0.2);
        /// Largest deviation of the noise added to values of 0 to 1.
        noise: Knob = Knob::Policy, Range::Within(0.0, 0.5);
        /// Largest side of a square that is painted with the image's mean.
        cutout: Knob = Knob::Policy, SHARE;
    }
}

/// A named policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyName {
    /// A padded crop and a mirror, as in ZO-DARTS+.
    #[default]
    Crop,
    /// No change.
    None,
    /// [`Policy::light`].
    Light,
    /// [`Policy::medium`].
    Medium,
    /// [`Policy::strong`].
    Strong,
}

/// A number, or that of the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Knob {
    /// The policy's number.
    #[default]
    Policy,
    /// A given number.
    Fixed(f64),
}

impl AugmentSettings {
    /// Returns the policy with the numbers that replace its own.
    pub fn policy(&self) -> Policy {
        let mut policy = match self.policy {
            PolicyName::Crop | PolicyName::None => Policy::none(),
            PolicyName::Light => Policy::light(),
            PolicyName::Medium => Policy::medium(),
            PolicyName::Strong => Policy::strong(),
        };
        let (warp, tone) = (&mut policy.warp, &mut policy.tone);
        (warp.upside_down, warp.edges) = (self.upside_down, self.edges);
        for (number, knob) in [
            (&mut warp.rotation, self.rotation),
            (&mut warp.scale, self.scale),
            (&mut warp.aspect, self.aspect),
            (&mut warp.shift, self.shift),
            (&mut warp.crop_area, self.crop_area),
            (&mut tone.gamma, self.gamma),
            (&mut tone.contrast, self.contrast),
            (&mut tone.brightness, self.brightness),
            (&mut policy.blur, self.blur),
            (&mut policy.noise, self.noise),
            (&mut policy.cutout, self.cutout),
        ] {
            if let Knob::Fixed(given) = knob {
                *number = given as f32;
            }
        }
        policy
    }
}

impl Word for PolicyName {
    const ALL: &'static [Self] =
        &[PolicyName::Crop, PolicyName::None, PolicyName::Light, PolicyName::Medium, PolicyName::Strong];
}

impl Word for Edges {
    const ALL: &'static [Self] = &[Edges::Reflected, Edges::Black];
}

impl fmt::Display for Knob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Knob::Policy => f.pad("policy"),
            Knob::Fixed(value) => value.fmt(f),
        }
    }
}

impl SettingType for Knob {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => (text == "policy").then_some(Knob::Policy),
            value => f64::read(value).map(Knob::Fixed),
        }
    }

    fn value(&self) -> Option<Value> {
        match self {
            Knob::Policy => Some(Value::Text("policy".into())),
            Knob::Fixed(value) => value.value(),
        }
    }

    fn accepts(range: Range) -> String {
        format!("`policy` or {range}")
    }

    fn number(&self) -> Option<f64> {
        if let Knob::Fixed(value) = self { Some(*value) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Section;

    #[test]
    fn numbers_replace_those_of_the_policy() {
        let mut settings = AugmentSettings { policy: PolicyName::Strong, ..AugmentSettings::default() };
        assert_eq!(settings.policy(), Policy::strong());
        assert!(settings.set("rotation", &Value::Whole(5)).unwrap());
        assert!(settings.set("noise", &Value::Number(0.0)).unwrap());
        let policy = settings.policy();
        assert_eq!((policy.warp.rotation, policy.noise), (5.0, 0.0));
        assert_eq!((policy.warp.shift, policy.blur), (0.15, 0.03));
        assert!(settings.set("noise", &Value::Text("policy".into())).unwrap());
        assert_eq!(settings.policy().noise, 0.05);
    }

    #[test]
    fn changes_that_blank_an_image_are_refused() {
        for (key, value, expected) in [
            ("crop_area", 0.0, "`train.crop_area` is 0, expected `policy` or 0.05 to 1"),
            ("cutout", 1.0, "`train.cutout` is 1, expected `policy` or 0 to 0.75"),
            ("scale", 3.0, "`train.scale` is 3"),
        ] {
            let mut settings = AugmentSettings::default();
            assert!(settings.set(key, &Value::Number(value)).unwrap());
            let error = settings.validate().unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
