//! Settings of how the data are opened.

use zodarts_data::{Alike, ChannelPlan, ImageFit, Volumes, Window};

zodarts_nas::settings! {
    /// Settings of the data.
    pub struct DataSettings in "data" {
        /// Resize images to this many pixels a side when they are read; unset, they keep their size.
        image_size: Option<usize> = None;
        /// How an image that is not square becomes so: `squeeze` scales each side on its own, `pad` centres
        /// it on black, `crop` takes its middle. Predictions do the same.
        fit: ImageFit = ImageFit::Squeeze;
        /// Seed of the splits of a folder and of a validation fraction. It is not the run's seed, so that
        /// runs with different seeds are tested on the same images.
        split_seed: u64 = 0;
        /// Validation data: a file or folder, or a fraction of training and validation data such as 0.1.
        val: Option<String> = None;
        /// Copies and near copies in cuts of test images, validation images and the halves of a search:
        /// `together` keeps each group on one side, `apart` cuts image by image, as earlier versions did;
        /// `auto` is `together`, but the halves of an archive with its own splits are cut as they were.
        alike: Alike = Alike::Auto;
        /// Channels of colour images: `auto` takes them as grey if every one shows grey; `stored` keeps
        /// three.
        channels: ChannelPlan = ChannelPlan::Auto;
        /// Arrays of volumes (N, D, H, W): `slices` takes each slice as an image with the label of its volume
        /// and averages probabilities over the slices of a volume. `none` refuses them, but for the 3-D data
        /// sets of MedMNIST.
        volumes: Volumes = Volumes::None;
        /// Leave out training images whose pixels are also in the validation or test split.
        drop_leaks: bool = false;
        /// CSV table of labels for a folder of images, or for the frames of one file: columns path (below
        /// the folder) and label; optional columns frame (from 1), split (train, val or test) and patient.
        /// `zodarts data info --help` lists the options that describe tables of another form.
        labels: Option<String> = None;
        /// Column of the table's paths; unset, path or a usual name such as image_id.
        path_column: Option<String> = None;
        /// Column of the table's labels; unset, label or a usual name such as dx, or else columns of 0 and 1,
        /// one for each class.
        label_column: Option<String> = None;
        /// Column of the table's splits; unset, split or a usual name.
        split_column: Option<String> = None;
        /// Column of the table's patients; unset, patient or a usual name such as patient_id.
        patient_column: Option<String> = None;
        /// End of file names that the table's paths lack, such as .jpg.
        suffix: Option<String> = None;
        /// Text between the labels of an image in the table, such as |: images may then have several labels.
        label_separator: Option<String> = None;
        /// Window for grey DICOM files instead of their own: centre and width, such as 40,400. Predictions
        /// use it too.
        window: Option<Window> = None;
        /// Name images by a hash of their file's path instead of the path.
        anonymous: bool = false;
    }
}
