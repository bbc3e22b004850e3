//! Settings of how the data are opened.

use zodarts_data::Window;

zodarts_nas::settings! {
    /// Settings of the data.
    pub struct DataSettings in "data" {
        /// Resize images to this many pixels a side when they are read; unset, they keep their size.
        image_size: Option<usize> = None;
        /// Seed of the splits of a folder and of a validation fraction. It is not the run's seed, so that
        /// runs with different seeds are tested on the same images.
        split_seed: u64 = 0;
        /// Validation data: a file or folder, or a fraction of training and validation data such as 0.1.
        val: Option<String> = None;
        /// Leave out training images whose pixels are also in the validation or test split.
        drop_leaks: bool = false;
        /// CSV table of labels for a folder of images, or for the frames of one file: columns path (below
        /// the folder) and label; optional columns frame (from 1), split (train, val or test) and patient.
        labels: Option<String> = None;
        /// Window for grey DICOM files instead of their own: centre and width, such as 40,400. Predictions
        /// use it too.
        window: Option<Window> = None;
        /// Name images by a hash of their file's path instead of the path.
        anonymous: bool = false;
    }
}
