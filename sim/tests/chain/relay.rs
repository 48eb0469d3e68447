//! A relay between the command and a node: it can break the connection, and change answers.
//!
//! Requests are passed on one after another, which is all that the command needs.

use serde_json::Value;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tungstenite::{Message, accept, connect};

/// What the relay does to a request and its answer.
pub enum Pass {
    /// Nothing.
    On,
    /// Breaks the connection before the node hears of it.
    Before,
    /// Breaks the connection before the answer comes back.
    After,
    /// Answers that instead.
    Answer(Value),
}

type Rule = Box<dyn FnMut(&str, &Value, &Value) -> Pass + Send>;

pub struct Relay {
    pub url: String,
    broken: Arc<AtomicBool>,
}

impl Relay {
    /// Listens, and passes on to `node`. The rule is asked twice, with the method and its parameters:
    /// with null, and then with the node's answer.
    pub fn start(node: &str, rule: Rule) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("ws://{}", listener.local_addr().expect("its number"));
        let (node, rule) = (node.to_string(), Arc::new(Mutex::new(rule)));
        let broken = Arc::new(AtomicBool::new(false));
        let breaking = broken.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (node, rule, broken) = (node.clone(), rule.clone(), breaking.clone());
                std::thread::spawn(move || serve(stream, &node, &rule, &broken));
            }
        });
        Self { url, broken }
    }

    /// Breaks the connection that is there, at the next request.
    pub fn cut(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }
}

/// Until one side ends it. Errors end it, too.
fn serve(stream: TcpStream, node: &str, rule: &Mutex<Rule>, broken: &AtomicBool) -> Option<()> {
    let mut client = accept(stream).ok()?;
    let (mut server, _) = connect(node).ok()?;
    loop {
        let Message::Text(text) = client.read().ok()? else { continue };
        if broken.swap(false, Ordering::SeqCst) {
            return None;
        }
        let request: Value = serde_json::from_str(&text).ok()?;
        let method = request["method"].as_str()?.to_string();
        let ask = |answer: &Value| {
            (rule.lock().expect("no rule panics"))(&method, &request["params"], answer)
        };
        if let Pass::Before = ask(&Value::Null) {
            return None;
        }
        server.send(Message::Text(text)).ok()?;
        let answer = loop {
            if let Message::Text(answer) = server.read().ok()? {
                break answer;
            }
        };
        let mut told: Value = serde_json::from_str(&answer).ok()?;
        match ask(&told["result"]) {
            Pass::On => client.send(Message::Text(answer)).ok()?,
            Pass::Answer(result) => {
                told["result"] = result;
                client.send(Message::text(told.to_string())).ok()?;
            }
            Pass::Before | Pass::After => return None,
        }
    }
}
