//! The vector type that kernels are written in, and its implementations.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx2_tile;
mod portable;
mod vector_trait;

#[cfg(target_arch = "x86_64")]
pub use avx2::Avx2;
pub use portable::Portable;
pub use vector_trait::Vector;
