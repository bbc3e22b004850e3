//! Tags of DICOM elements.

/// The tag of an element: group and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tag(pub u16, pub u16);
