//! A check that images fit in memory, made before they take any.

use crate::error::DataError;

/// Bytes available to images if the caller gives no limit.
const DEFAULT: u64 = 16 << 30;

/// Advice on images that are resized.
pub(crate) const SMALLER: &str = "give a smaller --image-size";

/// Refuses the `images` of `data`, in bytes, if they do not fit in `available` bytes. While splits are put
/// together, up to a quarter of the images is in memory twice.
pub(crate) fn check(
    data: &str,
    images: u128,
    available: Option<u64>,
    hint: &'static str,
) -> Result<(), DataError> {
    let (needed, available) = (images + images / 4, available.unwrap_or(DEFAULT));
    if needed <= u128::from(available) {
        return Ok(());
    }
    let needed = needed.try_into().unwrap_or(u64::MAX);
    Err(DataError::Memory { data: data.into(), needed, available, hint })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused_with_what_to_do() {
        assert!(check("x", 800, Some(1000), "").is_ok());
        let error = check("scans", 3 << 30, Some(3 << 30), "give a smaller --image-size").unwrap_err();
        let expected = "scans: the images need 3.8 GiB of memory, but 3.0 GiB are available";
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.hint().as_deref(), Some("give a smaller --image-size"));
        assert!(check("x", u128::MAX / 2, None, "").is_err());
    }
}
