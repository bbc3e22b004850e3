//! Tags of DICOM elements.

/// The tag of an element: group and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tag(pub u16, pub u16);

/// The Photometric Interpretation.
pub(super) const PHOTOMETRIC: Tag = Tag(0x0028, 0x0004);
