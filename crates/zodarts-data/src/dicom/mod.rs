//! DICOM files: recognised by name or mark, read within limits, and turned into images as any other file.
//!
//! The file is not trusted and holds a patient's name. [`elements`] reads without recursion and without a
//! buffer larger than the rest of the file; only values that describe pixels, and a hash of the patient's id,
//! are kept; and no error holds text of the file (see [`fault`]). Libraries for DICOM build a tree of
//! everything first.

mod bits;
mod byte_order;
mod collector;
mod color;
mod elements;
mod fault;
mod fields;
mod frame_decoder;
mod frame_fault;
mod grey;
mod groups;
mod header;
mod image;
mod jpeg;
mod jpeg2000;
mod jpeg_head;
mod jpeg_ls;
mod lookup;
mod mark;
mod padding;
mod palette;
mod photometric;
mod pixel_location;
mod rescaling;
mod rle;
mod sequences;
mod source;
mod start;
mod stored_samples;
mod syntax;
mod tag;
mod view;
mod window;

pub(crate) use fault::DicomFault;
pub(crate) use image::DicomImage;
pub(crate) use mark::recognised;
pub use window::{BadWindow, Window};
