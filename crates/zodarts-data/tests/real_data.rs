//! Authentic files; skipped where they are not to be had.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use support::{open, shared};
use zodarts_data::{Dataset, OpenOptions, Task, ValSource};

fn opened(name: &str) -> Option<Dataset> {
    shared(name).map(|path| open(&path).unwrap())
}

#[test]
fn breastmnist() {
    let Some(data) = opened("breastmnist.npz") else { return };
    assert_eq!((data.train.len(), data.val.len(), data.test.len()), (546, 78, 156));
    assert_eq!((data.info.task, data.info.channels, data.info.height), (Task::BinaryClass, 1, 28));
    assert_eq!(data.info.classes, ["malignant", "normal, benign"]);
    assert_eq!(data.test.class_counts(), [42, 114]);
    let summary = data.summary();
    assert_eq!(summary.findings, ["1 test image also in train"]);
    assert_eq!((summary.test.also_in_train, data.test.times_unsealed()), (1, 0));
    let (first, second) = data.train.merged(&data.val).halves(3);
    assert_eq!((first.len(), second.len()), (312, 312));
    let differ = first.class_counts()[0].abs_diff(second.class_counts()[0]);
    assert!(differ <= 1);
}

#[test]
fn pneumoniamnist() {
    let Some(data) = opened("pneumoniamnist.npz") else { return };
    assert_eq!((data.train.len(), data.val.len(), data.test.len()), (4708, 524, 624));
    let summary = data.summary();
    assert_eq!(summary.train.duplicates, 18);
    assert_eq!(summary.test.duplicates, 3);
    assert_eq!(summary.val.also_in_train, 8);
    assert_eq!((summary.test.also_in_train, summary.test.also_in_val, summary.val.duplicates), (0, 0, 0));
    assert!(summary.findings.contains(&"8 val images also in train".to_owned()));
}

#[test]
fn retinamnist() {
    let Some(data) = opened("retinamnist.npz") else { return };
    assert_eq!((data.train.len(), data.val.len(), data.test.len()), (1080, 120, 400));
    assert_eq!((data.info.task, data.info.classes.len()), (Task::OrdinalRegression, 5));
    assert_eq!((data.info.channels, data.summary().mean.len()), (3, 3));
}

#[test]
fn mednist_folder() {
    let Some(path) = shared("mednist") else { return };
    let data = open(&path).unwrap();
    assert_eq!(data.info.classes.len(), 6);
    assert_eq!((data.info.channels, data.info.height, data.info.width), (1, 64, 64));
    assert_eq!(data.train.class_counts(), [42; 6]);
    assert_eq!(data.val.class_counts(), [6; 6]);
    assert_eq!(data.test.class_counts(), [12; 6]);
    let options = OpenOptions::default().with_val(ValSource::File(path.clone()));
    let doubled = Dataset::open(path.to_str().unwrap(), &options, &|_| ()).unwrap();
    assert_eq!((doubled.train.len(), doubled.val.len()), (288, 360));
    // All 288 that train: no copy of one is in the test split.
    assert_eq!(doubled.summary().val.also_in_train, 288);
    assert_eq!(data.summary().findings, ["3 train images repeated within the split"]);
}

#[test]
fn a_cached_file_is_checked_and_opened_by_name() {
    let Some(path) = shared("breastmnist.npz") else { return };
    let cache = tempfile::tempdir().unwrap();
    std::fs::copy(&path, cache.path().join("breastmnist.npz")).unwrap();
    let cache_dir = Some(cache.path().to_owned());
    let options = OpenOptions::default().with_offline(true).with_cache_dir(cache_dir);
    let data = Dataset::open("breastmnist", &options, &|_| ()).unwrap();
    assert_eq!(data.info.fingerprint, open(&path).unwrap().info.fingerprint);
}

/// Serves a file once, whatever is asked for.
fn serve_once(file: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mirror/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        assert_eq!(lines.next().unwrap().unwrap(), "GET /mirror/breastmnist.npz?download=1 HTTP/1.1");
        lines.find(|line| line.as_ref().unwrap().is_empty());
        let bytes = std::fs::read(file).unwrap();
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len()).unwrap();
        stream.write_all(&bytes).unwrap();
    });
    url
}

#[test]
fn a_name_is_downloaded_once_and_then_found() {
    let Some(path) = shared("breastmnist.npz") else { return };
    let cache = tempfile::tempdir().unwrap();
    let mirror = Some(serve_once(path));
    let options = OpenOptions::default().with_cache_dir(cache.path().to_owned()).with_mirror(mirror);
    for _ in 0..2 {
        assert_eq!(Dataset::open("breastmnist", &options, &|_| ()).unwrap().train.len(), 546);
    }
}
