//! Randomness: a stream of its own for every agent in every run.

use rand::RngCore;
use rand::rand_core::impls::fill_bytes_via_next;

/// Words in a block of ChaCha: four rows of four.
const WORDS: usize = 16;
const LAST: usize = WORDS - 1;
type Rows = [[u32; 4]; 4];

/// The stream of randomness of one agent in one run: ChaCha with 8 rounds (Bernstein 2008), keyed by the
/// seed and the run, with the agent as its nonce. It is the sequence of `rand_chacha::ChaCha8Rng`, which
/// has room for four blocks; this one has room for one, and for none before it draws a second time: an agent
/// that draws once or never, as a bonder does, takes no more room than its numbers.
#[derive(Clone, Debug)]
pub struct Stream {
    seed: u64,
    run: u64,
    agent: u64,
    /// How many words were drawn.
    drawn: u64,
    /// The block with the last of them.
    block: Option<Box<[u32; WORDS]>>,
}

/// The stream of randomness of one agent in one run. Agents and runs are independent.
pub fn stream(seed: u64, run: u64, agent: u64) -> Stream {
    Stream { seed, run, agent, drawn: 0, block: None }
}

impl RngCore for Stream {
    #[inline]
    fn next_u32(&mut self) -> u32 {
        let [word] = self.words();
        word
    }

    #[inline]
    fn next_u64(&mut self) -> u64 {
        let [low, high] = match self.drawn as usize % WORDS {
            LAST => [self.next_u32(), self.next_u32()],
            _ => self.words(),
        };
        u64::from(high) << 32 | u64::from(low)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        fill_bytes_via_next(self, out);
    }
}

impl Stream {
    /// The next words, which are of one block.
    #[inline]
    fn words<const N: usize>(&mut self) -> [u32; N] {
        let at = self.drawn as usize % WORDS;
        self.drawn += N as u64;
        match &self.block {
            Some(block) if at > 0 => std::array::from_fn(|next| block[at + next]),
            _ => self.computed(at),
        }
    }

    /// The same where the block is not there: it is kept from the second time on.
    #[inline(never)]
    fn computed<const N: usize>(&mut self, at: usize) -> [u32; N] {
        let number = (self.drawn - N as u64) / WORDS as u64;
        let words = chacha8([self.seed, self.run, 0, 0], number, self.agent);
        if at > 0 || self.block.is_some() {
            **self.block.get_or_insert_default() = words;
        }
        std::array::from_fn(|next| words[at + next])
    }
}

/// A block of ChaCha with 8 rounds, by its number.
#[inline(never)]
fn chacha8(key: [u64; 4], number: u64, nonce: u64) -> [u32; WORDS] {
    let row = |[a, b]: [u64; 2]| [a as u32, (a >> 32) as u32, b as u32, (b >> 32) as u32];
    let constant = [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574];
    let start = [constant, row([key[0], key[1]]), row([key[2], key[3]]), row([number, nonce])];
    let mut rows = start;
    for _ in 0..4 {
        quarter_rounds(&mut rows);
        let [a, b, c, d] = rows;
        rows = [a, turned::<1>(b), turned::<2>(c), turned::<3>(d)];
        quarter_rounds(&mut rows);
        let [a, b, c, d] = rows;
        rows = [a, turned::<3>(b), turned::<2>(c), turned::<1>(d)];
    }
    let sum = |at: usize| rows[at / 4][at % 4].wrapping_add(start[at / 4][at % 4]);
    std::array::from_fn(sum)
}

/// A round: of every column.
#[inline(always)]
fn quarter_rounds([a, b, c, d]: &mut Rows) {
    for (bits_of_d, bits_of_b) in [(16, 12), (8, 7)] {
        for at in 0..4 {
            a[at] = a[at].wrapping_add(b[at]);
            d[at] = (d[at] ^ a[at]).rotate_left(bits_of_d);
        }
        for at in 0..4 {
            c[at] = c[at].wrapping_add(d[at]);
            b[at] = (b[at] ^ c[at]).rotate_left(bits_of_b);
        }
    }
}

/// A row, so many places to the left: diagonals become columns, or the other way round.
#[inline(always)]
fn turned<const BY: usize>(row: [u32; 4]) -> [u32; 4] {
    [row[BY % 4], row[(BY + 1) % 4], row[(BY + 2) % 4], row[(BY + 3) % 4]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    /// Whatever is drawn in whatever order, the library draws the same.
    #[test]
    fn it_is_chacha() {
        for seed in 0..200 {
            let mut choice = ChaCha8Rng::seed_from_u64(seed);
            let [seed, run, agent]: [u64; 3] = choice.random();
            let mut own = stream(seed, run, agent);
            let mut key = [0; 32];
            key[..8].copy_from_slice(&seed.to_le_bytes());
            key[8..16].copy_from_slice(&run.to_le_bytes());
            let mut library = ChaCha8Rng::from_seed(key);
            library.set_stream(agent);
            for _ in 0..60 {
                let mut bytes = [[0; 40]; 2];
                let many = choice.random_range(0..=40);
                match choice.random_range(0..3) {
                    0 => assert_eq!(own.next_u32(), library.next_u32(), "{seed} {run} {agent}"),
                    1 => assert_eq!(own.next_u64(), library.next_u64(), "{seed} {run} {agent}"),
                    _ => {
                        own.fill_bytes(&mut bytes[0][..many]);
                        library.fill_bytes(&mut bytes[1][..many]);
                        assert_eq!(bytes[0], bytes[1], "{many} bytes, {seed} {run} {agent}");
                    }
                }
            }
        }
    }
}
