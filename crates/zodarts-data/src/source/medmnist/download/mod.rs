//! Downloads of MedMNIST files: resumable, checked against the official MD5, renamed when complete.

use super::file::MedMnistFile;
use crate::error::DataError;
use crate::event::{LoadProgress, OpenEvent};
use crate::hex::hex;
use crate::options::OpenOptions;
use md5::{Digest, Md5};
use std::fs::{File, OpenOptions as FileOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::Agent;
use ureq::http::StatusCode;

/// The address of the folder that holds every file.
const BASE_URL: &str = "https://zenodo.org/records/10519652/files";
/// Bytes moved between two reports of progress.
const CHUNK: usize = 1 << 16;

/// Returns the path of the file in the cache, after downloading it if it is not there yet.
pub(in crate::source) fn download(
    file: MedMnistFile,
    options: &OpenOptions,
    on_event: &dyn Fn(OpenEvent),
) -> Result<PathBuf, DataError> {
    let base = options.mirror.as_deref().unwrap_or(BASE_URL).trim_end_matches('/');
    let url = format!("{base}/{}?download=1", file.file_name());
    let target = cache_folder(options).join(file.file_name());
    let download = Download { url, part: target.with_extension("npz.part"), target, md5: file.md5() };
    if download.target.exists() {
        download.verify(&download.target, "it is not the official file: remove it and run again")?;
    } else if options.offline {
        return Err(download.error("it is not in the cache and downloads are off"));
    } else {
        download.run(&mut |done, total| {
            on_event(LoadProgress::Download { name: file.file_name(), done, total }.into());
        })?;
    }
    Ok(download.target)
}

fn cache_folder(options: &OpenOptions) -> PathBuf {
    options
        .cache_dir
        .clone()
        .or_else(|| std::env::var_os("ZODARTS_CACHE").filter(|folder| !folder.is_empty()).map(PathBuf::from))
        .or_else(|| dirs::cache_dir().map(|folder| folder.join("zodarts")))
        .unwrap_or_else(|| PathBuf::from(".zodarts-cache"))
}

struct Download {
    url: String,
    /// The bytes that have arrived so far.
    part: PathBuf,
    target: PathBuf,
    md5: &'static str,
}

impl Download {
    fn run(&self, progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<(), DataError> {
        if let Some(folder) = self.target.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| io(folder, "create the cache folder", source))?;
        }
        let part = FileOptions::new().create(true).read(true).append(true).open(&self.part);
        let mut part = part.map_err(|source| io(&self.part, "write the download", source))?;
        part.try_lock().map_err(|_| DataError::DownloadBusy { url: self.url.clone() })?;
        self.transfer(&mut part, progress)?;
        part.sync_all().map_err(|source| io(&self.part, "write the download", source))?;
        let hint = "the download was damaged and has been removed: run again";
        if let Err(error) = self.verify(&self.part, hint) {
            std::fs::remove_file(&self.part)
                .map_err(|source| io(&self.part, "remove the download", source))?;
            return Err(error);
        }
        std::fs::rename(&self.part, &self.target)
            .map_err(|source| io(&self.target, "create the file", source))
    }

    fn transfer(&self, part: &mut File, progress: &mut dyn FnMut(u64, Option<u64>)) -> Result<(), DataError> {
        let wanted =
            part.seek(SeekFrom::End(0)).map_err(|source| io(&self.part, "resume the download", source))?;
        let mut response = self.request(wanted)?;
        let mut done = wanted;
        let resumed = wanted == 0 || resumes_at(&response, wanted);
        if response.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            response = self.request(0)?;
        }
        // Checked before anything is thrown away: an error of the server must not cost the bytes on disk.
        if !response.status().is_success() {
            return Err(self.error(&format!("the server answered {}", response.status())));
        }
        if !resumed {
            // The server sends the whole file, or has nothing after `wanted`: begin again.
            part.set_len(0).map_err(|source| io(&self.part, "restart the download", source))?;
            done = 0;
        }
        let total = response.body().content_length().map(|rest| done + rest);
        let mut body = response.body_mut().as_reader();
        let mut chunk = vec![0; CHUNK];
        loop {
            progress(done, total);
            let read = body.read(&mut chunk).map_err(|error| self.interrupted(&error))?;
            if read == 0 {
                return Ok(());
            }
            part.write_all(&chunk[..read]).map_err(|source| io(&self.part, "write the download", source))?;
            done += read as u64;
        }
    }

    fn request(&self, from: u64) -> Result<ureq::http::Response<ureq::Body>, DataError> {
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(20)))
            .timeout_recv_response(Some(Duration::from_mins(1)))
            .build()
            .into();
        let mut request = agent.get(&self.url);
        if from > 0 {
            request = request.header("Range", format!("bytes={from}-"));
        }
        request.call().map_err(|error| self.error(&error))
    }

    fn verify(&self, path: &Path, hint: &'static str) -> Result<(), DataError> {
        let found = md5_of(path).map_err(|source| io(path, "read the file", source))?;
        if found == self.md5 {
            return Ok(());
        }
        Err(DataError::Checksum { path: path.to_owned(), found, expected: self.md5, hint })
    }

    fn interrupted(&self, error: &std::io::Error) -> DataError {
        self.error(&format!("the connection broke ({error}), run again to resume"))
    }

    fn error(&self, detail: &(impl ToString + ?Sized)) -> DataError {
        let (url, target) = (self.url.clone(), self.target.clone());
        DataError::Download { url, target, detail: detail.to_string() }
    }
}

/// Tells if the response continues a file at `from`.
fn resumes_at(response: &ureq::http::Response<ureq::Body>, from: u64) -> bool {
    let range = response.headers().get("Content-Range").and_then(|value| value.to_str().ok());
    response.status() == StatusCode::PARTIAL_CONTENT
        && range.is_some_and(|range| range.starts_with(&format!("bytes {from}-")))
}

fn md5_of(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let (mut hash, mut chunk) = (Md5::new(), vec![0; CHUNK]);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(hex(&hash.finalize())),
            read => hash.update(&chunk[..read]),
        }
    }
}

fn io(path: &Path, action: &'static str, source: std::io::Error) -> DataError {
    DataError::Io { path: path.to_owned(), action, source }
}

#[cfg(test)]
mod tests;
