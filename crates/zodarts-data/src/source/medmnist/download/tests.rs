use super::*;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

/// The server's answer to a request.
#[derive(Clone, Copy)]
enum Reply {
    /// Honours a range.
    Resume,
    /// Sends the whole file whatever was asked.
    Whole,
    /// Announces the whole file, sends this many bytes and hangs up.
    HangUp(usize),
    /// Refuses.
    NotFound,
}

const CONTENT: &[u8] = b"ten bytes!ten bytes!ten bytes!";
/// MD5 of `CONTENT`.
const MD5: &str = "b72806a03491baa632aa7796ce3c32c6";

/// Serves `CONTENT`, one reply per connection; gives the base URL and the Range header of each request.
fn serve(replies: Vec<Reply>) -> (String, Receiver<Option<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, ranges) = channel();
    std::thread::spawn(move || {
        for reply in replies {
            let (stream, _) = listener.accept().unwrap();
            sender.send(answer(stream, reply)).unwrap();
        }
    });
    (url, ranges)
}

fn answer(mut stream: TcpStream, reply: Reply) -> Option<String> {
    let mut range = None;
    for line in BufReader::new(stream.try_clone().unwrap()).lines() {
        let line = line.unwrap().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("range: ") {
            range = Some(value.to_owned());
        }
        if line.is_empty() {
            break;
        }
    }
    let from =
        range.as_deref().and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok());
    let (status, headers, body): (_, _, &[u8]) = match (reply, from.unwrap_or(0usize)) {
        (Reply::NotFound, _) => ("404 Not Found", String::new(), b""),
        (Reply::HangUp(sent), _) => ("200 OK", String::new(), &CONTENT[..sent]),
        (Reply::Resume, from) if from >= CONTENT.len() => ("416 Range Not Satisfiable", String::new(), b""),
        (Reply::Resume, from) if from > 0 => {
            let range = format!("Content-Range: bytes {from}-{}/{}\r\n", CONTENT.len() - 1, CONTENT.len());
            ("206 Partial Content", range, &CONTENT[from..])
        }
        _ => ("200 OK", String::new(), CONTENT),
    };
    let length = if matches!(reply, Reply::HangUp(_)) { CONTENT.len() } else { body.len() };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    range
}

/// Returns the message and the hint of an error.
fn told(error: &DataError) -> String {
    format!("{error}; {}", error.hint().unwrap_or_default())
}

struct Case {
    folder: tempfile::TempDir,
    download: Download,
    ranges: Receiver<Option<String>>,
}

fn case(replies: Vec<Reply>, already: Option<&[u8]>) -> Case {
    let (base, ranges) = serve(replies);
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("cache/some.npz");
    let part = target.with_extension("npz.part");
    if let Some(bytes) = already {
        std::fs::create_dir_all(part.parent().unwrap()).unwrap();
        std::fs::write(&part, bytes).unwrap();
    }
    let download = Download { url: format!("{base}/some.npz?download=1"), part, target, md5: MD5 };
    Case { folder, download, ranges }
}

impl Case {
    fn run(&self) -> Result<(), DataError> {
        self.download.run(&mut |_, _| ())
    }

    #[track_caller]
    fn succeeds(&self) {
        self.run().unwrap();
        assert_eq!(std::fs::read(&self.download.target).unwrap(), CONTENT);
        assert!(!self.download.part.exists());
        assert_eq!(std::fs::read_dir(self.folder.path().join("cache")).unwrap().count(), 1);
    }
}

#[test]
fn a_file_arrives_and_progress_reaches_the_end() {
    let case = case(vec![Reply::Resume], None);
    let mut seen = Vec::new();
    case.download.run(&mut |done, total| seen.push((done, total))).unwrap();
    assert_eq!(std::fs::read(&case.download.target).unwrap(), CONTENT);
    assert_eq!((seen[0], *seen.last().unwrap()), ((0, Some(30)), (30, Some(30))));
    assert_eq!(case.ranges.recv().unwrap(), None);
}

#[test]
fn a_broken_connection_is_resumed() {
    let case = case(vec![Reply::HangUp(12), Reply::Resume], None);
    let text = told(&case.run().unwrap_err());
    assert!(text.contains("the connection broke") && text.contains("run again to resume"), "{text}");
    assert_eq!(std::fs::read(&case.download.part).unwrap(), CONTENT[..12]);
    case.succeeds();
    assert_eq!(case.ranges.iter().collect::<Vec<_>>(), [None, Some("bytes=12-".to_owned())]);
}

#[test]
fn a_server_without_ranges_starts_again() {
    case(vec![Reply::Whole], Some(b"ten bytes!")).succeeds();
}

#[test]
fn a_complete_part_is_not_fetched_in_vain() {
    let case = case(vec![Reply::Resume, Reply::Resume], Some(CONTENT));
    case.succeeds();
    assert_eq!(case.ranges.iter().collect::<Vec<_>>(), [Some("bytes=30-".to_owned()), None]);
}

#[test]
fn a_wrong_checksum_removes_the_file() {
    let case = case(vec![Reply::Resume, Reply::Resume], Some(b"bad start!"));
    let error = case.run().unwrap_err();
    assert!(matches!(error, DataError::Checksum { .. }));
    let text = told(&error);
    assert!(text.contains(MD5) && text.contains("run again"), "{text}");
    assert!(!case.download.part.exists() && !case.download.target.exists());
    case.succeeds();
}

#[test]
fn an_answer_of_404_names_url_and_place() {
    let case = case(vec![Reply::NotFound], None);
    let text = told(&case.run().unwrap_err());
    for part in ["404", "some.npz?download=1", "put it at", "cache/some.npz"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn an_error_of_the_server_does_not_cost_the_bytes_on_disk() {
    let case = case(vec![Reply::NotFound, Reply::Resume], Some(&CONTENT[..12]));
    case.run().unwrap_err();
    assert_eq!(std::fs::read(&case.download.part).unwrap(), CONTENT[..12]);
    case.succeeds();
}

#[test]
fn without_a_network_the_message_says_what_to_do_by_hand() {
    let file = MedMnistFile::parse("octmnist").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cache_dir = Some(folder.path().to_owned());
    let offline = OpenOptions::default().with_offline(true).with_cache_dir(cache_dir.clone());
    // Port 9 of this machine: nobody listens.
    let mirror = "http://127.0.0.1:9/files/".to_owned();
    let unreachable = OpenOptions::default().with_cache_dir(cache_dir).with_mirror(mirror);
    for (options, url) in [
        (offline, "https://zenodo.org/records/10519652/files/octmnist.npz?download=1"),
        (unreachable, "http://127.0.0.1:9/files/octmnist.npz?download=1"),
    ] {
        let text = told(&super::download(file, &options, &|_| ()).unwrap_err());
        let place = folder.path().join("octmnist.npz");
        assert!(text.contains(url) && text.contains(place.to_str().unwrap()), "{text}");
    }
}

#[test]
fn a_file_put_by_hand_is_checked_but_never_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("octmnist.npz");
    std::fs::write(&path, "something else").unwrap();
    let options = OpenOptions::default().with_cache_dir(folder.path().to_owned());
    let error = super::download(MedMnistFile::parse("octmnist").unwrap(), &options, &|_| ()).unwrap_err();
    let text = told(&error);
    assert!(
        text.contains("c68d92d5b585d8d81f7112f81e2d0842") && text.contains("not the official file"),
        "{text}"
    );
    assert!(path.exists());
}
