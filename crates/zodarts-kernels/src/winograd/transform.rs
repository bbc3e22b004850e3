//! The one-dimensional transforms of F(4, 3) over the points 0, ±3/4, ±3/2 and ∞.
//!
//! Four outputs of a window of three need six products. Any five distinct points work; the usual 0, ±1, ±2
//! are simple but not the most accurate. These three-quarter steps cost the same (every factor is exact in
//! `f32` and folds into a multiply-add) and lose a third as much precision: see `tests/winograd.rs`.
//!
//! With `Bᵀ`, `G` and `Aᵀ` as in Lavin & Gray (2016), an output tile is `Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A`; two
//! dimensions are the one-dimensional transform of the columns, then of the rows.

use crate::real::Real;
use crate::vector::Vector;

/// Outputs of a tile, in each dimension.
pub const STEP: usize = 4;
/// Inputs of a tile, and products of a transformed tile, in each dimension.
pub const SIDE: usize = 6;
/// Products of a transformed tile.
pub const FREQUENCIES: usize = SIDE * SIDE;

/// The inner points ±`NEAR`.
const NEAR: f64 = 0.75;
/// The outer points ±`FAR`.
const FAR: f64 = 1.5;

/// The factors of the transforms, each in every lane.
#[derive(Clone, Copy)]
pub struct Transform<V> {
    near: V,
    far: V,
    near2: V,
    far2: V,
    near3: V,
    far3: V,
    /// `near²·far²`.
    product: V,
    /// `−(near² + far²)`.
    minus_sum: V,
}

impl<V> Transform<V> {
    /// Fills vectors with the factors.
    #[inline(always)]
    pub fn new<T: Real>() -> Self
    where
        V: Vector<T>,
    {
        let (near2, far2) = (NEAR * NEAR, FAR * FAR);
        Self {
            near: splat::<T, V>(NEAR),
            far: splat::<T, V>(FAR),
            near2: splat::<T, V>(near2),
            far2: splat::<T, V>(far2),
            near3: splat::<T, V>(NEAR * near2),
            far3: splat::<T, V>(FAR * far2),
            product: splat::<T, V>(near2 * far2),
            minus_sum: splat::<T, V>(-near2 - far2),
        }
    }

    /// Computes `Bᵀ d`: from inputs to products.
    #[inline(always)]
    pub fn input<T: Real>(&self, d: [V; SIDE]) -> [V; SIDE]
    where
        V: Vector<T>,
    {
        let pair = |square: V, root: V| {
            let even = d[4].sub_mul(square, d[2]);
            let odd = d[3].sub_mul(square, d[1]);
            (even.add_mul(root, odd), even.sub_mul(root, odd))
        };
        let (near, minus_near) = pair(self.far2, self.near);
        let (far, minus_far) = pair(self.near2, self.far);
        let zero = d[4].add_mul(self.minus_sum, d[2]).add_mul(self.product, d[0]);
        let infinity = d[5].add_mul(self.minus_sum, d[3]).add_mul(self.product, d[1]);
        [zero, near, minus_near, far, minus_far, infinity]
    }

    /// Computes `B v`, the adjoint of [`Transform::input`].
    #[inline(always)]
    pub fn input_adjoint<T: Real>(&self, v: [V; SIDE]) -> [V; SIDE]
    where
        V: Vector<T>,
    {
        let (near_even, near_odd) = (v[1].add(v[2]), self.near.mul(v[1].sub(v[2])));
        let (far_even, far_odd) = (v[3].add(v[4]), self.far.mul(v[3].sub(v[4])));
        [
            self.product.mul(v[0]),
            self.product.mul(v[5]).sub_mul(self.far2, near_odd).sub_mul(self.near2, far_odd),
            self.minus_sum.mul(v[0]).sub_mul(self.far2, near_even).sub_mul(self.near2, far_even),
            near_odd.add(far_odd).add_mul(self.minus_sum, v[5]),
            v[0].add(near_even.add(far_even)),
            v[5],
        ]
    }

    /// Computes `Aᵀ m`: from products to outputs.
    #[inline(always)]
    pub fn output<T: Real>(&self, m: [V; SIDE]) -> [V; STEP]
    where
        V: Vector<T>,
    {
        let (near_even, near_odd) = (m[1].add(m[2]), m[1].sub(m[2]));
        let (far_even, far_odd) = (m[3].add(m[4]), m[3].sub(m[4]));
        [
            m[0].add(near_even.add(far_even)),
            self.near.mul(near_odd).add_mul(self.far, far_odd),
            self.near2.mul(near_even).add_mul(self.far2, far_even),
            m[5].add_mul(self.near3, near_odd).add_mul(self.far3, far_odd),
        ]
    }

    /// Computes `A y`, the adjoint of [`Transform::output`].
    #[inline(always)]
    pub fn output_adjoint<T: Real>(&self, y: [V; STEP]) -> [V; SIDE]
    where
        V: Vector<T>,
    {
        let pair = |root: V, square: V, cube: V| {
            let even = y[0].add_mul(square, y[2]);
            let odd = root.mul(y[1]).add_mul(cube, y[3]);
            (even.add(odd), even.sub(odd))
        };
        let (near, minus_near) = pair(self.near, self.near2, self.near3);
        let (far, minus_far) = pair(self.far, self.far2, self.far3);
        [y[0], near, minus_near, far, minus_far, y[3]]
    }
}

/// Returns a column of six rows. Written out, for a closure or a loop may go through memory.
#[inline(always)]
pub fn column_of_six<V: Copy, const N: usize>(rows: &[[V; N]; SIDE], j: usize) -> [V; SIDE] {
    [rows[0][j], rows[1][j], rows[2][j], rows[3][j], rows[4][j], rows[5][j]]
}

/// Returns a column of four rows.
#[inline(always)]
pub fn column_of_four<V: Copy, const N: usize>(rows: &[[V; N]; STEP], j: usize) -> [V; STEP] {
    [rows[0][j], rows[1][j], rows[2][j], rows[3][j]]
}

#[inline(always)]
fn splat<T: Real, V: Vector<T>>(value: f64) -> V {
    V::splat(T::from_f64(value))
}

/// Returns `G`, which takes a window to products, with the divisors of Lagrange's interpolation.
pub fn filter_matrix<T: Real>() -> [[T; 3]; SIDE] {
    let (near2, far2) = (NEAR * NEAR, FAR * FAR);
    let row = |point: f64, divisor: f64| [1.0, point, point * point].map(|power| power / divisor);
    let (near, far) = (2.0 * near2 * (near2 - far2), 2.0 * far2 * (far2 - near2));
    let rows = [
        row(0.0, near2 * far2),
        row(NEAR, near),
        row(-NEAR, near),
        row(FAR, far),
        row(-FAR, far),
        [0.0, 0.0, 1.0],
    ];
    rows.map(|row| row.map(T::from_f64))
}
