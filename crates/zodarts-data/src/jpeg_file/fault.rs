//! Faults of JPEG files.

/// The reason that a JPEG file is not read, without the file's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum JpegFault {
    #[error("it does not begin as a JPEG file")]
    Start,
    #[error("the file is cut short: it holds no image data")]
    NoScan,
    #[error("the file is cut short: its image data end early")]
    Short,
    #[error("the file is cut short: it lacks the {0}")]
    Lacks(&'static str),
    #[error("the JPEG data are damaged: a code is in no table")]
    Code,
    #[error("the JPEG data are damaged: a table of codes is wrong or missing")]
    Table,
    #[error("the JPEG data are damaged: a restart marker is missing")]
    Restart,
    #[error("the JPEG data are damaged: {0}")]
    Header(&'static str),
    #[error("it is a JPEG file of another kind (lossless or arithmetic), expected baseline or progressive")]
    Kind,
}
