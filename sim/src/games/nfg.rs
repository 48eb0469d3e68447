//! Gambit's files of games in strategic form, `.nfg` (format of version 1, with payoffs or with
//! outcomes): <https://gambitproject.readthedocs.io/en/latest/formats.html>.
//!
//! ```text
//! NFG 1 R "title" { "player" … } { { "strategy" … } … } "comment" payoff …
//! NFG 1 R "title" { "player" … } { count … } "comment" payoff …
//! NFG 1 R "title" { "player" … } { { "strategy" … } … } "comment" { { "outcome" payoff, … } … } number …
//! ```
//!
//! The first player's strategy changes fastest. The comment may be left out; outcome zero pays
//! nothing; the names of outcomes are not kept. In quotes, `\"` stands for a quote and `\\` for a
//! backslash.

use super::Limit;
use super::exact::{Rational, parse};
use super::strategic::Strategic;
use num_traits::Zero;
use std::fmt::Write;
use std::iter::Peekable;
use std::str::Chars;

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {found}: expected {expected}")]
pub struct NfgError {
    /// The line, from one.
    pub line: usize,
    /// The column, from one, in characters.
    pub column: usize,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
}

/// Reads a game. The limit's bytes bound the game's size, before anything is allocated for it.
pub fn read(text: &str, limit: Limit) -> Result<Strategic, NfgError> {
    let mut reader = Reader::new(text, limit)?;
    reader.word("NFG")?;
    reader.word("1")?;
    if reader.token != Token::Word("D".into()) {
        reader.word("R")?;
    }
    let title = reader.quoted("the title in quotes")?;
    let players = reader.names("a player's name in quotes")?;
    let strategies = reader.strategies(players.len())?;
    let comment = match &reader.token {
        Token::Quoted(_) => reader.quoted("a comment")?,
        _ => String::new(),
    };
    let profiles = strategies.iter().map(Vec::len).product();
    let payoffs = match reader.token {
        Token::Open => reader.outcomes(profiles, players.len())?,
        _ => reader.rows(profiles, players.len())?,
    };
    match reader.token {
        Token::End => Ok(Strategic { title, comment, players, strategies, payoffs }),
        _ => Err(reader.error("the end of the file")),
    }
}

/// Writes a game, with payoffs.
pub fn write(game: &Strategic) -> String {
    let list = |names: &Vec<String>| {
        let names: String = names.iter().map(|name| quoted(name) + " ").collect();
        format!("{{ {names}}}")
    };
    let mut text = format!("NFG 1 R {} {}\n\n{{\n", quoted(&game.title), list(&game.players));
    for strategies in &game.strategies {
        text += &list(strategies);
        text.push('\n');
    }
    writeln!(text, "}}\n{}\n", quoted(&game.comment)).expect("text can be written");
    for payoffs in &game.payoffs {
        let payoffs: Vec<_> = payoffs.iter().map(Rational::to_string).collect();
        text += &payoffs.join(" ");
        text.push('\n');
    }
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Quoted(String),
    Word(String),
    End,
}

/// A reader that has the next token ready.
struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    /// Where the rest begins.
    here: (usize, usize),
    token: Token,
    /// Where the token begins.
    start: (usize, usize),
    length: usize,
    bytes: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, limit: Limit) -> Result<Self, NfgError> {
        let rest = text.chars().peekable();
        let (here, start, length) = ((1, 1), (1, 1), text.len());
        let mut reader = Self { rest, here, token: Token::End, start, length, bytes: limit.bytes };
        reader.next()?;
        Ok(reader)
    }

    fn error(&self, expected: &str) -> NfgError {
        let found = match &self.token {
            Token::Open => "`{`".into(),
            Token::Close => "`}`".into(),
            Token::Quoted(text) => quoted(&shortened(text)),
            Token::Word(word) => format!("`{}`", shortened(word)),
            Token::End => "the end of the file".into(),
        };
        let (line, column) = self.start;
        NfgError { line, column, found, expected: expected.into() }
    }

    fn char(&mut self) -> Option<char> {
        let next = self.rest.next()?;
        self.here = match next {
            '\n' => (self.here.0 + 1, 1),
            _ => (self.here.0, self.here.1 + 1),
        };
        Some(next)
    }

    /// Takes the token and makes the next one ready.
    fn next(&mut self) -> Result<Token, NfgError> {
        while self.rest.peek().is_some_and(|next| next.is_whitespace() || *next == ',') {
            self.char();
        }
        self.start = self.here;
        let token = match self.char() {
            None => Token::End,
            Some('{') => Token::Open,
            Some('}') => Token::Close,
            Some('"') => self.string()?,
            Some(first) => {
                let mut word = String::from(first);
                let part = |next: &char| !next.is_whitespace() && !"{},\"".contains(*next);
                while self.rest.peek().is_some_and(part) {
                    word.extend(self.char());
                }
                Token::Word(word)
            }
        };
        Ok(std::mem::replace(&mut self.token, token))
    }

    /// The rest of a string whose quote was read.
    fn string(&mut self) -> Result<Token, NfgError> {
        let mut text = String::new();
        loop {
            match self.char() {
                Some('"') => return Ok(Token::Quoted(text)),
                Some('\\') if matches!(self.rest.peek(), Some('"' | '\\')) => {
                    text.extend(self.char());
                }
                Some(next) => text.push(next),
                None => {
                    let (line, column) = self.start;
                    let found = "a quote that is not closed".into();
                    return Err(NfgError {
                        line,
                        column,
                        found,
                        expected: "a closing quote".into(),
                    });
                }
            }
        }
    }

    fn word(&mut self, word: &str) -> Result<(), NfgError> {
        match &self.token {
            Token::Word(found) if found == word => self.next().map(drop),
            _ => Err(self.error(&format!("`{word}`"))),
        }
    }

    fn open(&mut self) -> Result<(), NfgError> {
        match self.token {
            Token::Open => self.next().map(drop),
            _ => Err(self.error("`{`")),
        }
    }

    fn quoted(&mut self, expected: &str) -> Result<String, NfgError> {
        match self.token {
            Token::Quoted(_) => match self.next()? {
                Token::Quoted(text) => Ok(text),
                _ => unreachable!("it was seen to be quoted"),
            },
            _ => Err(self.error(expected)),
        }
    }

    /// A list of one name or more.
    fn names(&mut self, expected: &str) -> Result<Vec<String>, NfgError> {
        self.open()?;
        let mut names = vec![self.quoted(expected)?];
        while self.token != Token::Close {
            names.push(self.quoted(&format!("{expected}, or `}}`"))?);
        }
        self.next()?;
        Ok(names)
    }

    /// A list with the names of every player's strategies, or with their number.
    fn strategies(&mut self, players: usize) -> Result<Vec<Vec<String>>, NfgError> {
        let start = self.start;
        self.open()?;
        let (mut all, mut counts) = (Vec::new(), Vec::new());
        for _ in 0..players {
            match (&self.token, counts.is_empty(), all.is_empty()) {
                (Token::Open, true, _) => all.push(self.names("a strategy's name in quotes")?),
                (Token::Word(word), _, true) => match word.parse::<u64>() {
                    Ok(count) if count > 0 => {
                        counts.push(count);
                        self.next()?;
                    }
                    _ => return Err(self.error("a number of strategies")),
                },
                _ => return Err(self.error("the strategies of every player")),
            }
        }
        if self.token != Token::Close {
            return Err(self.error(&format!("`}}` after the strategies of {players} players")));
        }
        let sizes = all.iter().map(|names: &Vec<String>| names.len() as u64);
        let profiles = sizes.chain(counts.iter().copied()).try_fold(1, u64::checked_mul);
        self.fits(profiles, players).map_err(|(found, expected)| {
            let (line, column) = start;
            NfgError { line, column, found, expected }
        })?;
        self.next()?;
        let named = counts.iter().map(|count| (1..=*count).map(|name| name.to_string()).collect());
        all.extend(named);
        Ok(all)
    }

    /// Whether so many profiles have room in the file and in memory; else what there is and what is
    /// expected.
    fn fits(&mut self, profiles: Option<u64>, players: usize) -> Result<(), (String, String)> {
        // A number and what divides it from the next.
        let room = self.length / 2 + 1;
        let count = profiles.and_then(|count| usize::try_from(count).ok());
        let Some(count) = count.filter(|count| *count <= room) else {
            let found =
                profiles.map_or("more than 2^64 profiles".into(), |n| format!("{n} profiles"));
            return Err((found, format!("no more than {room}: the file is too short for them")));
        };
        let each = players.saturating_mul(size_of::<Rational>() + 16).saturating_add(32);
        let bytes = count.saturating_mul(each);
        let left = self.bytes.checked_sub(bytes);
        self.bytes = left.ok_or_else(|| {
            let found = format!("{count} profiles of {players} players, about {bytes} bytes");
            (found, format!("a game within the limit of {} bytes", self.bytes))
        })?;
        Ok(())
    }

    fn number(&mut self) -> Result<Rational, NfgError> {
        let Token::Word(word) = &self.token else { return Err(self.error("a number")) };
        let Some(number) = parse(word) else { return Err(self.error("a number")) };
        let bytes = (number.numer().bits() + number.denom().bits()) / 8;
        match self.bytes.checked_sub(bytes as usize) {
            Some(left) => self.bytes = left,
            None => return Err(self.error("numbers within the limit of bytes")),
        }
        self.next()?;
        Ok(number)
    }

    fn rows(&mut self, profiles: usize, players: usize) -> Result<Vec<Vec<Rational>>, NfgError> {
        (0..profiles).map(|_| (0..players).map(|_| self.number()).collect()).collect()
    }

    /// Outcomes, and the number of that of every profile.
    fn outcomes(
        &mut self,
        profiles: usize,
        players: usize,
    ) -> Result<Vec<Vec<Rational>>, NfgError> {
        let mut outcomes = vec![vec![Rational::zero(); players]];
        self.open()?;
        while self.token != Token::Close {
            self.open()?;
            self.quoted("an outcome's name in quotes")?;
            outcomes.push((0..players).map(|_| self.number()).collect::<Result<_, _>>()?);
            if self.token != Token::Close {
                return Err(self.error(&format!("`}}` after the payoffs of {players} players")));
            }
            self.next()?;
        }
        self.next()?;
        let mut payoffs = Vec::with_capacity(profiles);
        for _ in 0..profiles {
            let number = match &self.token {
                Token::Word(word) => word.parse::<usize>().ok(),
                _ => None,
            };
            let Some(outcome) = number.and_then(|number| outcomes.get(number)) else {
                return Err(self.error(&format!("an outcome from 0 to {}", outcomes.len() - 1)));
            };
            payoffs.push(outcome.clone());
            self.next()?;
        }
        Ok(payoffs)
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    fn error(text: &str) -> String {
        read(text, Limit::default()).expect_err(text).to_string()
    }

    /// Both samples of the format's documentation are the same game (Selten 1975, figure 2).
    #[test]
    fn payoffs_and_outcomes_say_the_same() {
        let payoffs = r#"NFG 1 R "Selten (IJGT, 75), Figure 2, normal form"
            { "Player 1" "Player 2" } { 3 2 }

            1 1 0 2 0 2 1 1 0 3 2 0"#;
        let outcomes = r#"NFG 1 R "Selten (IJGT, 75), Figure 2, normal form" { "Player 1" "Player 2" }
            { { "1" "2" "3" } { "1" "2" } }
            { { "" 1, 1 } { "" 0, 2 } { "" 0, 4/2 } { "" 1.0, 1 } { "" 0, 3 } { "" 2e0, 0 } }
            1 2 3 4 5 6"#;
        let game = read(payoffs, Limit::default()).unwrap();
        assert_eq!(read(outcomes, Limit::default()), Ok(game.clone()));
        assert_eq!(game.shape(), [3, 2]);
        assert_eq!(game.payoff(&[1, 0], 1).to_string(), "2");
        assert_eq!(game.payoff(&[1, 1], 1).to_string(), "3");
        let none = outcomes.replace("1 2 3 4 5 6", "0 2 3 4 5 6");
        assert_eq!(read(&none, Limit::default()).unwrap().payoff(&[0, 0], 0).to_string(), "0");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, expected) in [
            ("", "1:1: the end of the file: expected `NFG`"),
            ("EFG 2 R", "1:1: `EFG`: expected `NFG`"),
            ("NFG 1 R\n title", "2:2: `title`: expected the title in quotes"),
            ("NFG 1 R \"a", "1:9: a quote that is not closed: expected a closing quote"),
            ("NFG 1 R \"\" { }", "1:14: `}`: expected a player's name in quotes"),
            ("NFG 1 R \"\" {\"a\"} { 0 } 1", "1:20: `0`: expected a number of strategies"),
            ("NFG 1 R \"\" {\"a\"} { 2 }\n1 x", "2:3: `x`: expected a number"),
            ("NFG 1 R \"\" {\"a\"} { 2 }\n1", "2:2: the end of the file: expected a number"),
            ("NFG 1 R \"\" {\"a\"} { 2 }\n1 2 3", "2:5: `3`: expected the end of the file"),
            (
                "NFG 1 R \"\" {\"a\"} { 2 } { {\"\" 1} }\n1 2",
                "2:3: `2`: expected an outcome from 0 to 1",
            ),
            (
                "NFG 1 R \"\" {\"a\"} { 2 } { {\"\" 1 2} }\n1 2",
                "1:32: `2`: expected `}` after the payoffs of 1 players",
            ),
            (
                "NFG 1 R \"\" {\"a\" \"b\"} { 2 }",
                "1:26: `}`: expected the strategies of every player",
            ),
        ] {
            assert_eq!(error(text), expected);
        }
    }

    #[test]
    fn promises_of_much_are_refused_before_they_are_kept() {
        for counts in ["1000000000000", "99999999999 99999999999", "3 1000000"] {
            let names: String = counts.split(' ').map(|_| "\"a\" ").collect();
            let message = error(&format!("NFG 1 R \"\" {{ {names} }} {{ {counts} }} 1 2 3"));
            assert!(message.contains("the file is too short"), "{message}");
        }
        let text = "NFG 1 R \"\" { \"a\" } { 2 } 1 2";
        let message = read(text, Limit { bytes: 100, ..Limit::default() }).unwrap_err().to_string();
        assert!(message.contains("within the limit of 100 bytes"), "{message}");
        let text = "NFG 1 R \"\" { \"a\" } { 2 } 1e9999 2";
        let message = read(text, Limit { bytes: 1000, ..Limit::default() }).unwrap_err();
        assert!(message.to_string().contains("expected numbers within"), "{message}");
    }

    #[test]
    fn what_is_written_is_read_back() {
        for seed in 0..200 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let shape: Vec<_> =
                (0..rng.random_range(1..4)).map(|_| rng.random_range(1..4)).collect();
            let mut game = Strategic::from_fn(&shape, |profile| {
                let mut number =
                    || Rational::new(rng.random::<i64>().into(), rng.random_range(1..9).into());
                profile.iter().map(|_| number()).collect()
            });
            let mut text = || {
                let signs = ['"', '\\', '{', '}', 'a', ',', '\n', 'é', ' '];
                (0..rng.random_range(0..9))
                    .map(|_| signs[rng.random_range(0..signs.len())])
                    .collect()
            };
            (game.title, game.comment, game.players[0]) = (text(), text(), text());
            game.strategies.iter_mut().flatten().for_each(|name| *name = text());
            assert_eq!(read(&write(&game), Limit::default()), Ok(game), "seed {seed}");
        }
    }

    /// No text, however broken, makes the reader panic.
    #[test]
    fn broken_files_are_refused() {
        let text = write(&Strategic::from_fn(&[2, 2], |_| vec![Rational::zero(); 2]));
        for seed in 0..2_000 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let mut broken: Vec<char> = text.chars().collect();
            for _ in 0..rng.random_range(1..4) {
                let at = rng.random_range(0..broken.len());
                let signs = ['"', '\\', '{', '}', '0', '/', '-', ' '];
                broken[at] = signs[rng.random_range(0..signs.len())];
            }
            broken.truncate(rng.random_range(1..=broken.len()));
            let broken: String = broken.into_iter().collect();
            if let Ok(game) = read(&broken, Limit::default()) {
                assert_eq!(read(&write(&game), Limit::default()), Ok(game), "seed {seed}");
            }
        }
    }
}
