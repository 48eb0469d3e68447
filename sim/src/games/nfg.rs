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
use super::exact::Rational;
use super::lexer::{Lexer, Malformed, Token, quote};
use super::strategic::Strategic;
use num_traits::Zero;
use std::fmt::Write;

/// Reads a game. The limit's bytes bound the game's size, before anything is allocated for it.
pub fn read(text: &str, limit: Limit) -> Result<Strategic, Malformed> {
    let mut lexer = Lexer::new(text)?;
    lexer.word("NFG")?;
    lexer.word("1")?;
    if !matches!(lexer.peek(), Token::Word("R" | "D")) {
        return Err(lexer.wrong("`R` or `D`"));
    }
    lexer.advance()?;
    let title = lexer.text("the game's title in quotes")?;
    let players = names(&mut lexer, "a player's name in quotes")?;
    let mut reader =
        Reader { lexer, players: players.len(), length: text.len(), bytes: limit.bytes };
    let strategies = reader.strategies()?;
    let comment = match reader.lexer.peek() {
        Token::Text(_) => reader.lexer.text("a comment")?,
        _ => String::new(),
    };
    let profiles = strategies.iter().map(Vec::len).product();
    let payoffs = match reader.lexer.take(&Token::Open)? {
        true => reader.outcomes(profiles)?,
        false => (0..profiles).map(|_| reader.payoffs()).collect::<Result<_, _>>()?,
    };
    match reader.lexer.peek() {
        Token::End => Ok(Strategic { title, comment, players, strategies, payoffs }),
        _ => Err(reader.lexer.wrong("the end of the file")),
    }
}

/// Writes a game, with payoffs: what [`read`] gives back.
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

/// A list of one name or more.
fn names(lexer: &mut Lexer, expected: &str) -> Result<Vec<String>, Malformed> {
    lexer.expect(&Token::Open, "`{`")?;
    let mut names = vec![lexer.text(expected)?];
    while !lexer.take(&Token::Close)? {
        names.push(lexer.text(&format!("{expected}, or `}}`"))?);
    }
    Ok(names)
}

/// What comes after the players' names.
struct Reader<'a> {
    lexer: Lexer<'a>,
    players: usize,
    /// Of the whole file.
    length: usize,
    /// What is left of the limit.
    bytes: usize,
}

impl Reader<'_> {
    /// A list with the names of every player's strategies, or with their number.
    fn strategies(&mut self) -> Result<Vec<Vec<String>>, Malformed> {
        let place = self.lexer.place();
        self.lexer.expect(&Token::Open, "`{`")?;
        let (mut all, mut counts) = (Vec::new(), Vec::new());
        for _ in 0..self.players {
            match self.lexer.peek() {
                Token::Open if counts.is_empty() => {
                    all.push(names(&mut self.lexer, "a strategy's name in quotes")?);
                }
                Token::Word(word) if all.is_empty() && *word != "0" => {
                    counts.push(self.lexer.index("a number of strategies")?);
                }
                _ => return Err(self.lexer.wrong("the strategies of every player")),
            }
        }
        let end = format!("`}}` after the strategies of {} players", self.players);
        self.lexer.expect(&Token::Close, &end)?;
        let sizes = all.iter().map(|names: &Vec<String>| names.len());
        let profiles = sizes.chain(counts.iter().copied()).try_fold(1, usize::checked_mul);
        self.make_room(profiles).map_err(|message| Malformed::at(place, message))?;
        let named = counts.iter().map(|count| (1..=*count).map(|name| name.to_string()).collect());
        all.extend(named);
        Ok(all)
    }

    /// Sets bytes aside for so many profiles, if they have room in the file and in memory; else says
    /// what is wrong.
    fn make_room(&mut self, profiles: Option<usize>) -> Result<(), String> {
        // A number and what divides it from the next.
        let most = self.length / 2 + 1;
        let Some(count) = profiles.filter(|count| *count <= most) else {
            let found = profiles.map_or("more than 2^64".into(), |count| count.to_string());
            return Err(format!(
                "{found} profiles: expected no more than {most}, for which the file is long enough"
            ));
        };
        let each = self.players.saturating_mul(size_of::<Rational>() + 16).saturating_add(32);
        let bytes = count.saturating_mul(each);
        self.bytes = self.bytes.checked_sub(bytes).ok_or_else(|| {
            format!("{count} profiles of {} players, about {bytes} bytes: expected a game within the limit of {} bytes", self.players, self.bytes)
        })?;
        Ok(())
    }

    /// A number for every player.
    fn payoffs(&mut self) -> Result<Vec<Rational>, Malformed> {
        (0..self.players).map(|_| self.payoff()).collect()
    }

    fn payoff(&mut self) -> Result<Rational, Malformed> {
        let place = self.lexer.place();
        let number = self.lexer.number("a number")?;
        let bytes = (number.numer().bits() + number.denom().bits()) / 8;
        let Some(left) = self.bytes.checked_sub(bytes as usize) else {
            return Err(Malformed::at(place, "expected numbers within the limit of bytes".into()));
        };
        self.bytes = left;
        self.lexer.take(&Token::Comma)?;
        Ok(number)
    }

    /// Outcomes, and the number of that of every profile.
    fn outcomes(&mut self, profiles: usize) -> Result<Vec<Vec<Rational>>, Malformed> {
        let mut outcomes = vec![vec![Rational::zero(); self.players]];
        while !self.lexer.take(&Token::Close)? {
            self.lexer.expect(&Token::Open, "`{`")?;
            self.lexer.text("an outcome's name in quotes")?;
            self.lexer.take(&Token::Comma)?;
            outcomes.push(self.payoffs()?);
            let end = format!("`}}` after the payoffs of {} players", self.players);
            self.lexer.expect(&Token::Close, &end)?;
        }
        let mut payoffs = Vec::with_capacity(profiles);
        for _ in 0..profiles {
            let place = self.lexer.place();
            let number = self.lexer.index("an outcome's number")?;
            let last = outcomes.len() - 1;
            let wrong = || format!("`{number}`: expected an outcome from 0 to {last}");
            let outcome = outcomes.get(number).ok_or_else(|| Malformed::at(place, wrong()))?;
            payoffs.push(outcome.clone());
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
            ("NFG 1 R\n title", "2:2: `title`: expected the game's title in quotes"),
            ("NFG 1 R \"a", "1:9: expected a quotation mark that ends this text"),
            ("NFG 1 X", "1:7: `X`: expected `R` or `D`"),
            ("NFG 1 R \"\" { }", "1:14: `}`: expected a player's name in quotes"),
            ("NFG 1 R \"\" {\"a\"} { 0 } 1", "1:20: `0`: expected the strategies of every player"),
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
            assert!(message.contains("the file is long enough"), "{message}");
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
