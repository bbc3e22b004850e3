//! Event files: created, appended to, never rewritten.

use crate::error::EventsError;
use crate::messages::{Event, FILE_VERSION, Summary, Value};
use crate::records::framed;
use prost::Message;
use std::fs::{File, OpenOptions, create_dir_all};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// An event file. It is not buffered: a reader sees every step as soon as it is written.
#[derive(Debug)]
pub struct EventFile {
    path: PathBuf,
    file: File,
}

impl EventFile {
    /// Creates a new file in `folder` and writes its version. The folder is created if it does not exist;
    /// other event files in it are kept.
    ///
    /// # Errors
    /// If the folder or the file cannot be created.
    pub fn create(folder: &Path) -> Result<Self, EventsError> {
        // TensorBoard recognises event files by this name. The time and the process id make it unique.
        let seconds = now() as u64;
        let path = folder.join(format!("events.out.tfevents.{seconds:010}.{}.zodarts", std::process::id()));
        let file = create_dir_all(folder)
            .and_then(|()| OpenOptions::new().append(true).create_new(true).open(&path));
        let file = file.map_err(|source| EventsError { path: path.clone(), source })?;
        let mut file = Self { path, file };
        file.append(&Event {
            wall_time: now(),
            file_version: Some(FILE_VERSION.into()),
            ..Event::default()
        })?;
        Ok(file)
    }

    /// Appends the values of a step.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write(&mut self, step: usize, value: Vec<Value>) -> Result<(), EventsError> {
        let summary = Some(Summary { value });
        self.append(&Event { wall_time: now(), step: step as i64, summary, ..Event::default() })
    }

    /// Appends an event with a single write, so that a reader hardly ever sees half of one.
    fn append(&mut self, event: &Event) -> Result<(), EventsError> {
        let written = self.file.write_all(&framed(&event.encode_to_vec()));
        written.map_err(|source| EventsError { path: self.path.clone(), source })
    }
}

/// Returns the seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::records::tests::unframed;

    #[cfg(target_os = "linux")]
    impl EventFile {
        /// Opens a file on a full disk.
        pub fn full() -> Self {
            let path = PathBuf::from("/dev/full");
            Self { file: OpenOptions::new().append(true).open(&path).unwrap(), path }
        }
    }

    /// Returns all events of the only file in `folder`.
    pub fn events(folder: &Path) -> Vec<Event> {
        let files: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        let bytes = std::fs::read(&files[0]).unwrap();
        unframed(&bytes).iter().map(|message| Event::decode(&message[..]).unwrap()).collect()
    }

    #[test]
    fn steps_can_be_read_before_the_file_is_closed() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("new/tensorboard");
        let mut file = EventFile::create(&folder).unwrap();
        assert_eq!(events(&folder)[0].file_version.as_deref(), Some(FILE_VERSION));
        for step in [1, 2] {
            file.write(step, vec![Value::scalar("a/b", step as f64 / 4.0)]).unwrap();
            let events = events(&folder);
            assert_eq!(events.len(), 1 + step);
            let last = events.last().unwrap();
            let values = &last.summary.as_ref().unwrap().value;
            assert_eq!((last.step, values[0].number), (step as i64, Some(step as f32 / 4.0)));
            assert!(last.wall_time > 1.7e9 && last.file_version.is_none());
        }
    }

    #[test]
    fn a_folder_that_cannot_be_created_is_named() {
        let place = tempfile::tempdir().unwrap();
        let taken = place.path().join("taken");
        std::fs::write(&taken, "a file").unwrap();
        let error = EventFile::create(&taken).unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("the run goes on")), "{error}");
    }
}
