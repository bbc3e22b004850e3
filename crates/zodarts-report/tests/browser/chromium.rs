//! A page in headless Chromium, driven by its debugging protocol: as much of it as these tests need.

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
const TIMEOUT: Duration = Duration::from_mins(1);

/// Returns the browser that `ZODARTS_CHROMIUM` names, or a Chromium or Chrome on the PATH.
pub fn installed() -> Option<PathBuf> {
    let named = std::env::var_os("ZODARTS_CHROMIUM").map(PathBuf::from);
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let mut found =
        std::env::split_paths(&folders).flat_map(|folder| programs.map(|program| folder.join(program)));
    named.or_else(|| found.find(|path| path.is_file()))
}

/// A page in a browser process of its own.
pub struct BrowserPage {
    browser: Child,
    /// The browser's profile, deleted on drop.
    _profile: TempDir,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    session: Option<String>,
    last: u64,
    /// Errors of scripts and messages to the console or the log.
    pub complaints: Vec<String>,
}

impl BrowserPage {
    /// Opens a file.
    pub fn open(chromium: &Path, file: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut browser = Command::new(chromium)
            // Many containers do not allow a sandbox, and the page is our own.
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
            stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        }
        let mut page =
            Self { browser, _profile: profile, socket, session: None, last: 0, complaints: Vec::new() };
        page.attach();
        page.call("Page.navigate", &json!({"url": format!("file://{}", file.display())}));
        page.wait("Page.loadEventFired");
        page
    }

    /// Opens a tab and subscribes to its messages.
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

    /// Returns the next message and records complaints.
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

    /// Returns the value of a JavaScript expression.
    pub fn value(&mut self, expression: &str) -> Value {
        let result = self.call("Runtime.evaluate", &json!({"expression": expression, "returnByValue": true}));
        assert!(result["exceptionDetails"].is_null(), "{expression}: {}", result["exceptionDetails"]);
        result["result"]["value"].clone()
    }

    /// Moves the mouse to a position in the window.
    pub fn point(&mut self, x: f64, y: f64) {
        self.call("Input.dispatchMouseEvent", &json!({"type": "mouseMoved", "x": x, "y": y}));
    }

    /// Presses and releases a key.
    pub fn press(&mut self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            self.call("Input.dispatchKeyEvent", &json!({"type": kind, "key": key, "code": key}));
        }
    }

    /// Sets the size of the window in pixels.
    pub fn resize(&mut self, width: u32, height: u32, mobile: bool) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile});
        self.call("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Sets the colour scheme: `light` or `dark`.
    pub fn scheme(&mut self, scheme: &str) {
        let feature = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", &json!({"features": feature}));
    }

    /// Sets the medium: `screen` or `print`.
    pub fn medium(&mut self, medium: &str) {
        self.call("Emulation.setEmulatedMedia", &json!({"media": medium}));
    }

    /// Returns the page printed on A4, as a PDF in base64.
    pub fn print(&mut self) -> String {
        let paper = json!({"paperWidth": 8.27, "paperHeight": 11.69});
        let sheets = self.call("Page.printToPDF", &paper);
        sheets["data"].as_str().expect("sheets").to_owned()
    }

    /// Returns a screenshot of the window, as a PNG in base64.
    pub fn picture(&mut self) -> String {
        let picture = self.call("Page.captureScreenshot", &json!({"format": "png"}));
        picture["data"].as_str().expect("a picture").to_owned()
    }
}

/// Returns the address that the browser listens on, from its stderr.
fn address(browser: &mut Child) -> String {
    let mut lines = BufReader::new(browser.stderr.take().expect("a pipe")).lines();
    let found = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("DevTools listening on ").map(str::to_owned));
    // The pipe is read to its end, because the browser blocks when it is full.
    std::thread::spawn(move || lines.for_each(drop));
    found.expect("Chromium says where it listens")
}

impl Drop for BrowserPage {
    fn drop(&mut self) {
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
