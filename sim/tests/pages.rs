//! Pages in a browser: they render, say nothing on the console, ask for nothing, fit a phone, and everything that
//! is drawn has a name.

mod command;

use command::{folder, stdout, text};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tungstenite::{Message, WebSocket};

/// A browser that is told what to do by the DevTools protocol.
struct Browser {
    process: Child,
    socket: WebSocket<TcpStream>,
    session: String,
    sent: u64,
    events: Vec<Value>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Browser {
    fn start(program: &str, profile: &Path) -> Self {
        let options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--remote-debugging-port=0",
        ];
        let mut process = Command::new(program)
            .args(options)
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        let said = BufReader::new(process.stderr.take().expect("it is piped")).lines();
        let mut said = said.map_while(Result::ok);
        let place = said.find_map(|line| Some(line.split_once("ws://")?.1.trim().to_string()));
        let place = place.expect("it says where it listens");
        // What it says later must not fill the pipe.
        std::thread::spawn(move || said.for_each(drop));
        let (host, _) = place.split_once('/').expect("a path");
        let stream = TcpStream::connect(host).expect("it listens");
        let (socket, _) =
            tungstenite::client(format!("ws://{place}"), stream).expect("it speaks WebSocket");
        let mut browser = Self { process, socket, session: String::new(), sent: 0, events: vec![] };
        let target = browser.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let attached = browser.ask(
            "Target.attachToTarget",
            json!({ "targetId": target["targetId"], "flatten": true }),
        );
        browser.session = attached["sessionId"].as_str().expect("a session").into();
        for domain in ["Page", "Runtime", "Log", "Network", "Accessibility"] {
            browser.ask(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    fn read(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.read().expect("it answers") {
                return serde_json::from_str(&text).expect("JSON");
            }
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut message = json!({ "id": self.sent, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.clone().into();
        }
        self.socket.send(Message::text(message.to_string())).expect("it listens");
        loop {
            let answer = self.read();
            if answer["id"] == self.sent {
                assert!(answer["error"].is_null(), "{method}: {answer}");
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    /// Opens a file; gives what happened until it was there.
    fn open(&mut self, page: &Path) -> Vec<Value> {
        self.events.clear();
        self.ask("Page.navigate", json!({ "url": format!("file://{}", page.display()) }));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.read();
            self.events.push(event);
        }
        std::mem::take(&mut self.events)
    }

    fn evaluate(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true });
        self.ask("Runtime.evaluate", params)["result"]["value"].clone()
    }
}

/// A page of each kind of results.
fn pages(folder: &Path) -> Vec<std::path::PathBuf> {
    let at = |name: &str| folder.join(name);
    let small = "sim/scenarios/staking-small.toml";
    let run = ["--runs", "3", "--set", "run.horizon=20"];
    let (runs, rounds, agents) = (at("runs"), at("rounds.parquet"), at("agents.parquet"));
    let kept = ["--out", text(&runs), "--trace", text(&rounds), "--agents", text(&agents)];
    stdout(&[&["simulate", small], &run[..], &kept[..]].concat());
    let (map, phases, found) = (at("map"), at("phases"), at("found"));
    let vary = ["--vary", "world.detection=0.0..1:3", "--vary", "run.horizon=2..6:3"];
    stdout(&[&["sweep", small, "--runs", "2", "--out", text(&map)], &vary[..]].concat());
    let funding = "sim/sweeps/funding-kinds.toml";
    stdout(&["compare", funding, "--runs", "2", "--out", text(&phases)]);
    // It is violated, as is expected.
    let quadratic = "sim/scenarios/funding-quadratic.toml";
    command::carrots(&["audit", quadratic, "--property", "sybil", "--out", text(&found)]);
    let page = |(name, of): (&str, &Path)| {
        let page = at(&format!("{name}.html"));
        stdout(&["report", text(of), "--out", text(&page)]);
        page
    };
    let all = [
        ("runs", &runs),
        ("rounds", &rounds),
        ("agents", &agents),
        ("map", &map),
        ("phases", &phases),
        ("found", &found),
    ];
    all.map(|(name, of)| page((name, of))).into()
}

#[test]
#[ignore = "needs Chromium: scripts/test-pages"]
fn pages_are_read_by_everyone() {
    let program = std::env::var("CARROTS_BROWSER").unwrap_or_else(|_| "chromium".into());
    let folder = folder("pages", "all");
    fs::create_dir_all(&folder).expect("a folder");
    let pages = pages(&folder);
    let mut browser = Browser::start(&program, &folder.join("profile"));
    for page in pages {
        for (width, dark) in [(1200, false), (390, true)] {
            let name = format!("{} at {width}", page.display());
            let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
            browser.ask("Emulation.setDeviceMetricsOverride", size);
            let scheme = if dark { "dark" } else { "light" };
            let media =
                json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
            browser.ask("Emulation.setEmulatedMedia", media);
            let events = browser.open(&page);
            let of = |method: &str| -> Vec<&Value> {
                events.iter().filter(|event| event["method"] == method).collect()
            };
            assert_eq!(
                of("Network.requestWillBeSent").len(),
                1,
                "{name} asks for more than itself"
            );
            for method in ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"]
            {
                assert!(of(method).is_empty(), "{name}: {:?}", of(method));
            }
            let wide = browser.evaluate("document.documentElement.scrollWidth - innerWidth");
            assert!(wide.as_i64().is_some_and(|wide| wide <= 0), "{name}: {wide} too wide");
            let paper = browser.evaluate("getComputedStyle(document.body).backgroundColor");
            assert_eq!(paper == "rgb(255, 255, 255)", !dark, "{name}: {paper}");
            let tree = browser.ask("Accessibility.getFullAXTree", json!({}));
            let nodes = tree["nodes"].as_array().expect("nodes");
            let named = |role: &str| -> Vec<&str> {
                let with = nodes.iter().filter(|node| node["role"]["value"] == role);
                with.map(|node| node["name"]["value"].as_str().unwrap_or_default()).collect()
            };
            for role in ["image", "heading", "link", "checkbox", "DisclosureTriangle"] {
                assert!(
                    named(role).iter().all(|name| !name.is_empty()),
                    "{name}: a {role} without a name"
                );
            }
            let plots = browser.evaluate("document.querySelectorAll('svg').length");
            assert_eq!(plots.as_u64(), Some(named("image").len() as u64), "{name}: plots");
            assert!(
                !named("heading").is_empty() && !named("DisclosureTriangle").is_empty(),
                "{name}"
            );
            // Enlarged, a plot is larger than its place and the page is as wide as it was.
            let larger = "[...document.querySelectorAll('.zoom input')].every(box => { \
                box.click(); \
                let plot = box.closest('figure').querySelector('.plot'); \
                let larger = plot.firstElementChild.clientWidth > 2 * plot.clientWidth; \
                let wide = document.documentElement.scrollWidth - innerWidth; \
                box.click(); \
                return larger && wide <= 0; })";
            assert_eq!(browser.evaluate(larger), true, "{name}: a plot is not enlarged");
            let drawn = browser.ask("Page.captureScreenshot", json!({}));
            let drawn = drawn["data"].as_str().expect("a picture");
            assert!(drawn.len() > 10_000, "{name}: hardly anything is drawn");
        }
    }
}
