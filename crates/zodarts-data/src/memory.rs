//! Whether images fit in memory, found out before they take any.

use crate::error::DataError;

/// Most bytes of images where nothing is said of what there is.
const DEFAULT: u64 = 16 << 30;

/// What to do about images that are brought to a size.
pub(crate) const SMALLER: &str = "give a smaller --image-size";

/// Refuses images of so many bytes in all, of what is called `data`, if they do not fit in `available` bytes. While splits are put
/// together, up to a quarter of them is there twice.
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
        let expected = "scans: the images need 3.8 GiB of memory, but 3.0 GiB are available; give a smaller --image-size";
        assert_eq!(error.to_string(), expected);
        assert!(check("x", u128::MAX / 2, None, "").is_err());
    }
}
