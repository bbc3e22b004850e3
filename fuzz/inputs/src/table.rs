//! Tables of labels, of a folder of six images.

use crate::place;
use image::{GrayImage, Luma};
use zodarts_data::{Dataset, OpenOptions};

pub const WORDS: &[&str] = &[
    "path,label",
    "path,label,split,patient",
    "path;label",
    "sep=;",
    "image_id",
    "dx",
    "|",
    "frame",
    "train",
    "val",
    "test",
    "\"",
    "\"\"",
    ",",
    "\n",
    "\r\n",
    "../",
    "/etc/passwd",
    "0.png",
    "5.png",
    "a",
    "b",
    "\u{feff}",
    "-1",
    "18446744073709551616",
];

pub fn tables() -> Vec<Vec<u8>> {
    let rows = |columns: &str, more: fn(usize) -> String| {
        let row = |at: usize| format!("{at}.png,{}{}\n", ["a", "b"][at % 2], more(at));
        format!("path,label{columns}\n{}", (0..6).map(row).collect::<Vec<_>>().concat()).into_bytes()
    };
    let split = |at: usize| format!(",{}", ["train", "test", "test", "train", "train", "test"][at]);
    vec![
        rows("", |_| String::new()),
        rows(",split", split),
        rows(",patient,frame", |at| format!(",\"P {at}\",1")),
    ]
}

pub fn read(bytes: &[u8]) -> bool {
    let folder = place::folder("images");
    for at in 0..6u8 {
        let path = folder.join(format!("{at}.png"));
        if !path.exists() {
            GrayImage::from_pixel(4, 4, Luma([at])).save(path).expect("the temporary folder can be written");
        }
    }
    let labels = Some(place::write("images/labels.csv", bytes));
    let options = OpenOptions::default().with_labels(labels);
    Dataset::open(&folder.to_string_lossy(), &options, &|_| ()).is_ok()
}
