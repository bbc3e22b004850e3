//! Plain arrays, left to the compiler's vectoriser. They run on any target and are the only `f64` vector.

use super::vector_trait::Vector;
use crate::float::Float;
use crate::pixel::{LANES, Pixel};

/// Eight lanes in an array.
#[derive(Clone, Copy, Debug)]
pub struct Portable<T>([T; LANES]);

impl<T: Float> Portable<T> {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        Self(std::array::from_fn(|lane| f(self.0[lane], other.0[lane])))
    }
}

impl<T: Float> Vector<T> for Portable<T> {
    #[inline(always)]
    fn splat(value: T) -> Self {
        Self([value; LANES])
    }

    #[inline(always)]
    fn load(pixel: &Pixel<T>) -> Self {
        Self(pixel.0)
    }

    #[inline(always)]
    fn prefetch(_: &[Pixel<T>], _: usize) {}

    #[inline(always)]
    fn prefetch_far(_: &[Pixel<T>], _: usize) {}

    #[inline(always)]
    fn store(self, pixel: &mut Pixel<T>) {
        pixel.0 = self.0;
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }

    #[inline(always)]
    fn add_mul(self, a: Self, b: Self) -> Self {
        self.add(a.mul(b))
    }

    #[inline(always)]
    fn sub_mul(self, a: Self, b: Self) -> Self {
        self.sub(a.mul(b))
    }

    #[inline(always)]
    fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
        std::array::from_fn(|lane| Self(std::array::from_fn(|row| rows[row].0[lane])))
    }

    #[inline(always)]
    fn sum_lanes(vectors: [Self; 4]) -> [T; 4] {
        vectors.map(|vector| vector.0.into_iter().sum())
    }

    #[inline(always)]
    fn first(self, lanes: usize) -> Self {
        let mut first = [T::ZERO; LANES];
        for (lane, (first, value)) in first.iter_mut().zip(self.0).enumerate() {
            *first = if lane < lanes { value } else { T::ZERO };
        }
        Self(first)
    }

    #[inline(always)]
    fn relu(self) -> Self {
        self.zip(self, |value, _| if value <= T::ZERO { T::ZERO } else { value })
    }

    #[inline(always)]
    fn where_positive(self, gate: Self) -> Self {
        self.zip(gate, |value, gate| if gate > T::ZERO { value } else { T::ZERO })
    }
}
