//! Histograms with buckets of equal width.

use crate::messages::{HistogramProto, Value};

/// Number of buckets between the smallest and the largest number.
const BUCKETS: usize = 20;

/// Returns the histogram of the finite `numbers` in buckets of equal width, or `None` if there are none.
pub fn histogram(tag: impl Into<String>, numbers: &[f32]) -> Option<Value> {
    let numbers: Vec<f64> =
        numbers.iter().filter(|number| number.is_finite()).map(|number| f64::from(*number)).collect();
    let min = numbers.iter().copied().reduce(f64::min)?;
    let max = numbers.iter().copied().reduce(f64::max)?;
    let count = if min == max { 1 } else { BUCKETS };
    let width = (max - min) / count as f64;
    let mut bucket = vec![0.0; count];
    for number in &numbers {
        // The largest belongs to the last bucket.
        let index = if width > 0.0 { ((number - min) / width) as usize } else { 0 };
        bucket[index.min(count - 1)] += 1.0;
    }
    let limit = |index: usize| if index == count { max } else { min + width * index as f64 };
    let histogram = HistogramProto {
        min,
        max,
        num: numbers.len() as f64,
        sum: numbers.iter().sum(),
        sum_squares: numbers.iter().map(|number| number * number).sum(),
        bucket_limit: (1..=count).map(limit).collect(),
        bucket,
    };
    Some(Value { tag: tag.into(), histo: Some(histogram), ..Value::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(numbers: &[f32]) -> Option<HistogramProto> {
        histogram("x", numbers).map(|value| value.histo.unwrap())
    }

    #[test]
    fn each_number_is_in_its_bucket() {
        let found = of(&[0.0, 0.049, 0.051, 1.0, f32::NAN]).unwrap();
        assert_eq!((found.min, found.max, found.num), (0.0, 1.0, 4.0));
        assert_eq!((found.bucket[0], found.bucket[1], found.bucket[19]), (2.0, 1.0, 1.0));
        assert_eq!((found.bucket_limit[0], found.bucket_limit[19]), (0.05, 1.0));
    }

    #[test]
    fn equal_numbers_are_one_bucket_and_no_number_is_no_histogram() {
        let found = of(&[2.0; 5]).unwrap();
        assert_eq!((found.bucket, found.bucket_limit), (vec![5.0], vec![2.0]));
        assert_eq!(of(&[f32::NAN, f32::INFINITY]), None);
    }

    proptest! {
        #[test]
        fn limits_rise_and_no_number_is_lost(numbers in prop::collection::vec(any::<f32>(), 0..40)) {
            let finite = numbers.iter().filter(|number| number.is_finite()).count();
            if let Some(found) = of(&numbers) {
                prop_assert_eq!(found.bucket.iter().sum::<f64>(), finite as f64);
                prop_assert_eq!(found.bucket.len(), found.bucket_limit.len());
                prop_assert!(found.bucket_limit.is_sorted());
            } else {
                prop_assert_eq!(finite, 0);
            }
        }
    }
}
