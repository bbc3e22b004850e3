use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use zodarts_nn::optim::norm;

/// Fills `direction` with a point drawn evenly from the unit sphere of `dimension` dimensions: normal
/// coordinates, normalised.
pub(super) fn draw(rng: &mut ChaCha8Rng, dimension: usize, direction: &mut Vec<f32>) {
    direction.clear();
    direction.extend((0..dimension).map(|_| {
        let coordinate: f64 = StandardNormal.sample(rng);
        coordinate as f32
    }));
    let length = norm(direction);
    for u in direction {
        *u = (f64::from(*u) / length) as f32;
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    #[test]
    fn directions_have_length_one_and_no_preference() {
        const DRAWS: usize = 20_000;
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (mut u, mut mean, mut square) = (Vec::new(), [0.0; 3], [0.0; 3]);
        for _ in 0..DRAWS {
            draw(&mut rng, 3, &mut u);
            assert!((norm(&u) - 1.0).abs() < 1e-6);
            for i in 0..3 {
                mean[i] += f64::from(u[i]) / DRAWS as f64;
                square[i] += f64::from(u[i]).powi(2) / DRAWS as f64;
            }
        }
        // Standard errors: 0.0041 of the mean, 0.0021 of the square.
        for i in 0..3 {
            assert!(mean[i].abs() < 0.02 && (square[i] - 1.0 / 3.0).abs() < 0.01, "{mean:?} {square:?}");
        }
    }
}
