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
//! nothing; the names of outcomes are not kept.

use super::Limit;
use super::lexer::{Lexer, Malformed, Token, quote};
use super::strategic::Strategic;
use crate::exact::Rational;
use num_traits::Zero;
use std::fmt::Write;

/// Reads a game. The limit's bytes bound the game's size, before anything is allocated for it.
pub fn read(text: &str, limit: Limit) -> Result<Strategic, Malformed> {
    let mut reader = Reader { lexer: Lexer::new(text)?, length: text.len(), bytes: limit.bytes };
    reader.lexer.word("NFG")?;
    reader.lexer.word("1")?;
    if !reader.lexer.take(&Token::Word("D"))? {
        reader.lexer.word("R")?;
    }
    let title = reader.lexer.text("the title in quotes")?;
    let players = reader.lexer.texts("a player's name in quotes")?;
    let strategies = reader.strategies(players.len())?;
    let comment = match reader.lexer.peek() {
        Token::Text(_) => reader.lexer.text("a comment")?,
        _ => String::new(),
    };
    let profiles = strategies.iter().map(Vec::len).product();
    let payoffs = match reader.lexer.peek() {
        Token::Open => reader.outcomes(profiles, players.len())?,
        _ => reader.rows(profiles, players.len())?,
    };
    match reader.lexer.peek() {
        Token::End => Ok(Strategic { title, comment, players, strategies, payoffs }),
        _ => Err(reader.lexer.wrong("the end of the file")),
    }
}

/// Writes a game, with payoffs.
pub fn write(game: &Strategic) -> String {
    let list = |names: &Vec<String>| {
        let names: String = names.iter().map(|name| quote(name) + " ").collect();
        format!("{{ {names}}}")
    };
    let mut text = format!("NFG 1 R {} {}\n\n{{\n", quote(&game.title), list(&game.players));
    for strategies in &game.strategies {
        text += &list(strategies);
        text.push('\n');
    }
    writeln!(text, "}}\n{}\n", quote(&game.comment)).expect("text can be written");
    for payoffs in &game.payoffs {
        let payoffs: Vec<_> = payoffs.iter().map(Rational::to_string).collect();
        text += &payoffs.join(" ");
        text.push('\n');
    }
    text
}

struct Reader<'a> {
    lexer: Lexer<'a>,
    /// The file's length.
    length: usize,
    /// What is left of the limit.
    bytes: usize,
}

impl Reader<'_> {
    /// A list with the names of every player's strategies, or with their number.
    fn strategies(&mut self, players: usize) -> Result<Vec<Vec<String>>, Malformed> {
        let place = self.lexer.place();
        self.lexer.expect(&Token::Open, "`{`")?;
        let (mut all, mut counts) = (Vec::new(), Vec::new());
        for _ in 0..players {
            match (self.lexer.peek(), counts.is_empty(), all.is_empty()) {
                (Token::Open, true, _) => {
                    all.push(self.lexer.texts("a strategy's name in quotes")?)
                }
                (Token::Word(word), _, true) => match word.parse::<u64>() {
                    Ok(count) if count > 0 => {
                        counts.push(count);
                        self.lexer.advance()?;
                    }
                    _ => return Err(self.lexer.wrong("a number of strategies")),
                },
                _ => return Err(self.lexer.wrong("the strategies of every player")),
            }
        }
        if *self.lexer.peek() != Token::Close {
            let expected = format!("`}}` after the strategies of {players} players");
            return Err(self.lexer.wrong(&expected));
        }
        let sizes = all.iter().map(|names: &Vec<String>| names.len() as u64);
        let profiles = sizes.chain(counts.iter().copied()).try_fold(1, u64::checked_mul);
        self.fits(profiles, players, place)?;
        self.lexer.advance()?;
        let named = counts.iter().map(|count| (1..=*count).map(|name| name.to_string()).collect());
        all.extend(named);
        Ok(all)
    }

    /// Whether so many profiles have room in the file and in memory; else what is wrong.
    fn fits(
        &mut self,
        profiles: Option<u64>,
        players: usize,
        place: (usize, usize),
    ) -> Result<(), Malformed> {
        // A number and what divides it from the next.
        let room = self.length / 2 + 1;
        let count = profiles.and_then(|count| usize::try_from(count).ok());
        let Some(count) = count.filter(|count| *count <= room) else {
            let found =
                profiles.map_or("more than 2^64 profiles".into(), |n| format!("{n} profiles"));
            let message =
                format!("{found}: expected no more than {room}: the file is too short for them");
            return Err(Malformed::at(place, message));
        };
        let each = players.saturating_mul(size_of::<Rational>() + 64).saturating_add(32);
        let bytes = count.saturating_mul(each);
        let left = self.bytes.checked_sub(bytes);
        self.bytes = left.ok_or_else(|| {
            let limit = self.bytes;
            let message = format!(
                "{count} profiles of {players} players, about {bytes} bytes: expected a game \
                 within the limit of {limit} bytes"
            );
            Malformed::at(place, message).beyond()
        })?;
        Ok(())
    }

    fn number(&mut self) -> Result<Rational, Malformed> {
        let place = self.lexer.place();
        let number = self.lexer.number("a number")?;
        self.keep(&number, place)?;
        Ok(number)
    }

    /// Counts a number towards the limit.
    fn keep(&mut self, number: &Rational, place: (usize, usize)) -> Result<(), Malformed> {
        let bytes = (number.numer().bits() + number.denom().bits()) / 8;
        let left = self.bytes.checked_sub(bytes as usize);
        self.bytes = left.ok_or_else(|| {
            let message = "a long number: expected numbers within the limit of bytes";
            Malformed::at(place, message.into()).beyond()
        })?;
        Ok(())
    }

    fn rows(&mut self, profiles: usize, players: usize) -> Result<Vec<Vec<Rational>>, Malformed> {
        (0..profiles).map(|_| (0..players).map(|_| self.number()).collect()).collect()
    }

    /// Outcomes, and the number of that of every profile.
    fn outcomes(
        &mut self,
        profiles: usize,
        players: usize,
    ) -> Result<Vec<Vec<Rational>>, Malformed> {
        let mut outcomes = vec![vec![Rational::zero(); players]];
        self.lexer.expect(&Token::Open, "`{`")?;
        while !self.lexer.take(&Token::Close)? {
            self.lexer.expect(&Token::Open, "`{` and an outcome, or `}`")?;
            self.lexer.text("an outcome's name in quotes")?;
            outcomes.push((0..players).map(|_| self.number()).collect::<Result<_, _>>()?);
            let expected = format!("`}}` after the payoffs of {players} players");
            self.lexer.expect(&Token::Close, &expected)?;
        }
        let mut payoffs = Vec::with_capacity(profiles);
        let expected = format!("an outcome from 0 to {}", outcomes.len() - 1);
        for _ in 0..profiles {
            let number = match self.lexer.peek() {
                Token::Word(word) => word.parse::<usize>().ok(),
                _ => None,
            };
            let outcome = number.and_then(|number| outcomes.get(number));
            let outcome = outcome.ok_or_else(|| self.lexer.wrong(&expected))?;
            let place = self.lexer.place();
            outcome.iter().try_for_each(|number| self.keep(number, place))?;
            payoffs.push(outcome.clone());
            self.lexer.advance()?;
        }
        Ok(payoffs)
    }
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
        let once = "NFG 1 R \"\" { \"a\" } { 2 } 1e9999 2";
        let twice = "NFG 1 R \"\" { \"a\" } { 2 } { { \"\" 1e9999 } } 1 1";
        for (text, bytes) in [(once, 1000), (twice, 10_000)] {
            let message = read(text, Limit { bytes, ..Limit::default() }).unwrap_err();
            assert!(message.to_string().contains("expected numbers within"), "{message}");
        }
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
