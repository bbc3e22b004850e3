//! A page in headless Chromium, spoken to in its debugging protocol: as much of it as looking, pointing and typing take.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// `ZODARTS_CHROMIUM`, or a Chromium or Chrome on the PATH.
pub fn installed() -> Option<PathBuf> {
    let named = std::env::var_os("ZODARTS_CHROMIUM").map(PathBuf::from);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let mut found =
        std::env::split_paths(&folders).flat_map(|folder| programs.map(|program| folder.join(program)));
    named.or_else(|| found.find(|path| path.is_file()))
}

/// A page in a browser of its own.
pub struct Page {
    browser: Child,
    /// The browser's profile, which goes when it goes.
    _profile: TempDir,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    session: Option<String>,
    last: u64,
    /// Errors of scripts, and whatever was written to the console or the log.
    pub complaints: Vec<String>,
}

impl Page {
    /// Opens a file.
    pub fn open(chromium: &Path, file: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut browser = Command::new(chromium)
            // A sandbox is not to be had in many containers; the page is our own.
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
            ])
            .args(["--remote-debugging-port=0", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("Chromium starts");
        let address = address(&mut browser);
        let (socket, _) = tungstenite::connect(&address).expect("Chromium listens");
        if let MaybeTlsStream::Plain(stream) = socket.get_ref() {
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
        }
        let mut page =
            Self { browser, _profile: profile, socket, session: None, last: 0, complaints: Vec::new() };
        page.attach();
        page.call("Page.navigate", &json!({"url": format!("file://{}", file.display())}));
        page.wait("Page.loadEventFired");
        page
    }

    /// Takes a tab, and has it report everything.
    fn attach(&mut self) {
        let target = self.call("Target.createTarget", &json!({"url": "about:blank"}));
        let attached =
            self.call("Target.attachToTarget", &json!({"targetId": target["targetId"], "flatten": true}));
        self.session = Some(attached["sessionId"].as_str().expect("a session").to_owned());
        for domain in ["Page", "Runtime", "Log"] {
            self.call(&format!("{domain}.enable"), &json!({}));
        }
    }

    /// Calls a method and waits for its result.
    pub fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = session.clone().into();
        }
        self.socket.send(Message::text(message.to_string())).unwrap();
        loop {
            let answer = self.hear();
            if answer["id"] == self.last {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
        }
    }

    fn wait(&mut self, event: &str) {
        while self.hear()["method"] != event {}
    }

    /// The next message; complaints are kept.
    fn hear(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.read().expect("Chromium answers") {
                let message: Value = serde_json::from_str(&text).unwrap();
                let method = message["method"].as_str().unwrap_or_default();
                if ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"].contains(&method)
                {
                    self.complaints.push(message.to_string());
                }
                return message;
            }
        }
    }

    /// What an expression comes to.
    pub fn value(&mut self, expression: &str) -> Value {
        let result = self.call("Runtime.evaluate", &json!({"expression": expression, "returnByValue": true}));
        assert!(result["exceptionDetails"].is_null(), "{expression}: {}", result["exceptionDetails"]);
        result["result"]["value"].clone()
    }

    /// Moves the mouse to a place in the window.
    pub fn point(&mut self, x: f64, y: f64) {
        self.call("Input.dispatchMouseEvent", &json!({"type": "mouseMoved", "x": x, "y": y}));
    }

    /// Presses and releases a key.
    pub fn press(&mut self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            self.call("Input.dispatchKeyEvent", &json!({"type": kind, "key": key, "code": key}));
        }
    }

    /// Gives the window a size.
    pub fn resize(&mut self, width: u32, height: u32, mobile: bool) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile});
        self.call("Emulation.setDeviceMetricsOverride", &size);
    }

    /// `light` or `dark`.
    pub fn scheme(&mut self, scheme: &str) {
        let feature = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", &json!({"features": feature}));
    }

    /// `screen` or `print`.
    pub fn medium(&mut self, medium: &str) {
        self.call("Emulation.setEmulatedMedia", &json!({"media": medium}));
    }

    /// The page on sheets of A4, as base64 of a PDF.
    pub fn print(&mut self) -> String {
        let paper = json!({"paperWidth": 8.27, "paperHeight": 11.69});
        let sheets = self.call("Page.printToPDF", &paper);
        sheets["data"].as_str().expect("sheets").to_owned()
    }

    /// The window as base64 of a PNG.
    pub fn picture(&mut self) -> String {
        let picture = self.call("Page.captureScreenshot", &json!({"format": "png"}));
        picture["data"].as_str().expect("a picture").to_owned()
    }
}

/// Where the browser listens, as it says.
fn address(browser: &mut Child) -> String {
    let mut lines = BufReader::new(browser.stderr.take().expect("a pipe")).lines();
    let found = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("DevTools listening on ").map(str::to_owned));
    // The pipe is read on, or the browser would wait for room in it.
    std::thread::spawn(move || lines.for_each(drop));
    found.expect("Chromium says where it listens")
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
