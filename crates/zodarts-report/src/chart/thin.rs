//! Lines of many points, drawn with fewer.

/// The most points of a line that keeps them all.
const FEW: usize = 300;
/// The largest distance of a point that is left out from the line, as a share of the axes: half a pixel.
const DISTANCE: f64 = 0.0015;

/// Returns a line between 0 and 1 without the points that do not show. A line of few points stays as it is.
pub fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    if points.len() <= FEW {
        return points;
    }
    // Ramer, Douglas and Peucker: the farthest point from a chord is kept if it is far enough.
    let mut kept = vec![false; points.len()];
    let mut chords = vec![(0, points.len() - 1)];
    while let Some((from, to)) = chords.pop() {
        (kept[from], kept[to]) = (true, true);
        let inner = (from + 1..to).map(|at| (at, distance(points[at], points[from], points[to])));
        if let Some((at, far)) = inner.max_by(|a, b| a.1.total_cmp(&b.1))
            && far > DISTANCE
        {
            chords.extend([(from, at), (at, to)]);
        }
    }
    points.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| point).collect()
}

/// Returns the distance of a point from the chord between two others.
fn distance(point: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (along, apart) = ((to.0 - from.0, to.1 - from.1), (point.0 - from.0, point.1 - from.1));
    let length = along.0.hypot(along.1);
    if length == 0.0 {
        return apart.0.hypot(apart.1);
    }
    ((along.0 * apart.1 - along.1 * apart.0) / length).abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_keeps_its_corners_and_no_more() {
        let rising = (0..1000).map(|at| (0.0, f64::from(at) / 1000.0));
        let flat = (0..=1000).map(|at| (f64::from(at) / 1000.0, 1.0));
        let found = thinned(rising.chain(flat).collect());
        assert_eq!(found, [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]);
        let few: Vec<(f64, f64)> = (0..5).map(|at| (f64::from(at) / 5.0, 0.0)).collect();
        assert_eq!(thinned(few.clone()), few);
    }

    #[test]
    fn no_point_that_is_left_out_is_far_from_the_line() {
        let wave = |at: u32| (f64::from(at) / 5000.0, 0.5 + 0.4 * (f64::from(at) / 300.0).sin());
        let points: Vec<(f64, f64)> = (0..=5000).map(wave).collect();
        let found = thinned(points.clone());
        assert!(found.len() < 300, "{}", found.len());
        for point in points {
            let near = found.windows(2).map(|ends| distance(point, ends[0], ends[1]));
            assert!(near.fold(1.0, f64::min) <= DISTANCE);
        }
    }
}
