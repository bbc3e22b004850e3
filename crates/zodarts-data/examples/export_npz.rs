//! Writes a data set as a MedMNIST-style npz file, to look at it or to train on it elsewhere:
//! `cargo run -p zodarts-data --example export_npz -- phantom phantom.npz`

use std::error::Error;
use std::fs::File;
use std::io::Write;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;
use zodarts_data::{Dataset, OpenOptions, Samples};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, target] = &arguments[..] else { return Err("usage: export_npz DATA FILE.npz".into()) };
    let dataset = Dataset::open(data, &OpenOptions::default(), &|_| ())?;
    let mut zip = ZipWriter::new(File::create(target)?);
    for (name, samples) in
        [("train", &dataset.train), ("val", &dataset.val), ("test", &dataset.test.unseal())]
    {
        write(&mut zip, name, samples)?;
    }
    zip.finish()?;
    Ok(())
}

fn write(zip: &mut ZipWriter<File>, split: &str, samples: &Samples) -> Result<(), Box<dyn Error>> {
    let (channels, height, width) = samples.shape();
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for position in 0..samples.len() {
        let planes = samples.image(position);
        let interleaved = (0..height * width).flat_map(|at| planes.iter().skip(at).step_by(height * width));
        pixels.extend(interleaved.map(|value| (value * 255.0).round() as u8));
        labels.extend(samples.labels(position).iter().map(|&label| label as u8));
    }
    let axes = if channels == 1 { String::new() } else { format!(", {channels}") };
    array(
        zip,
        &format!("{split}_images"),
        &format!("({}, {height}, {width}{axes})", samples.len()),
        &pixels,
    )?;
    let columns = samples.labels(0).len();
    array(zip, &format!("{split}_labels"), &format!("({}, {columns})", samples.len()), &labels)
}

fn array(zip: &mut ZipWriter<File>, name: &str, shape: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}");
    zip.start_file(format!("{name}.npy"), SimpleFileOptions::default())?;
    // numpy aligns the data to 64 bytes; magic, version and length take ten.
    let padded = format!("{header:<width$}\n", width = (header.len() + 11).next_multiple_of(64) - 11);
    zip.write_all(b"\x93NUMPY\x01\x00")?;
    zip.write_all(&(padded.len() as u16).to_le_bytes())?;
    zip.write_all(padded.as_bytes())?;
    zip.write_all(bytes)?;
    Ok(())
}
