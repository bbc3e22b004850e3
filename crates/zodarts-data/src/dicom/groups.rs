//! Functional groups: what the frames of a file have in common, and what each has of its own.

use super::fault::DicomFault;
use super::fields::Fields;
use super::rescaling::Rescaling;
use super::tag::Tag;
use super::view::{self, View};
use super::window::VoiFunction;

/// The Shared Functional Groups Sequence.
pub(super) const SHARED: Tag = Tag(0x5200, 0x9229);
/// The Per-Frame Functional Groups Sequence, with an item for each frame.
pub(super) const OF_FRAMES: Tag = Tag(0x5200, 0x9230);
/// The Pixel Value Transformation Sequence of a group.
pub(super) const RESCALING: Tag = Tag(0x0028, 0x9145);
/// The Frame VOI LUT Sequence of a group.
pub(super) const VIEW: Tag = Tag(0x0028, 0x9132);

/// The meaning of the grey values of a frame, as far as the header tells it.
#[derive(Debug, Default)]
pub(super) struct GreyFields {
    pub rescaling: Option<Rescaling>,
    pub view: Option<View>,
    /// The curve of a window that is given in place of the view.
    pub function: Option<VoiFunction>,
}

impl GreyFields {
    /// Reads what all frames have in common: from the shared groups, else from the elements of the file.
    pub fn common(fields: &Fields) -> Result<Self, DicomFault> {
        let signed = fields.is_signed();
        let of_file = Self {
            rescaling: Rescaling::read(fields, signed)?,
            view: View::read(fields, signed)?,
            function: Some(view::function(fields)),
        };
        let Some(item) = fields.item(SHARED) else { return Ok(of_file) };
        let shared = Self::of_group(item, signed)?;
        Ok(Self {
            rescaling: shared.rescaling.or(of_file.rescaling),
            view: shared.view.or(of_file.view),
            function: shared.function.or(of_file.function),
        })
    }

    /// Returns the number of frames that may have something of their own.
    pub fn count(fields: &Fields) -> usize {
        fields.items(OF_FRAMES).len()
    }

    /// Reads what a frame has of its own, or returns `None` if it has nothing.
    pub fn of_frame(fields: &Fields, frame: usize) -> Result<Option<Box<Self>>, DicomFault> {
        let Some(Some(item)) = fields.items(OF_FRAMES).get(frame) else { return Ok(None) };
        let own = Self::of_group(item, fields.is_signed())?;
        Ok((own.rescaling.is_some() || own.view.is_some()).then(|| Box::new(own)))
    }

    fn of_group(group: &Fields, signed: bool) -> Result<Self, DicomFault> {
        let rescaling = group.item(RESCALING).map(|item| Rescaling::read(item, signed)).transpose()?;
        let view = group.item(VIEW);
        Ok(Self {
            rescaling: rescaling.flatten(),
            view: view.map(|item| View::read(item, signed)).transpose()?.flatten(),
            function: view.map(view::function),
        })
    }
}
