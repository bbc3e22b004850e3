//! The networks: supernet, discrete network of a genotype, and `ResNet-18`.

mod cell;
mod macro_skeleton;
mod resnet;

pub use macro_skeleton::{MacroShape, discrete, supernet};
pub use resnet::{RESNET_WIDTH, resnet18};
