//! Keyed digests that show disjoint and complete shards.

use std::num::NonZeroUsize;

use ndarray::array;
use privet_mechanisms::Sensitive;
use privet_teachers::{Partition, PartitionProof, PartitionRule, TeachersError};
use privet_training::data::{Examples, UnitIndex};

use crate::support::{HASH, noisy_points};

const KEY: &[u8; 32] = &[3; 32];
const UNITS: PartitionRule = PartitionRule::UnitHash { seed: 1 };
const RULES: [PartitionRule; 3] = [HASH, PartitionRule::Position, UNITS];

/// Points of which some are equal, each with an owner.
fn data() -> (Sensitive<Examples>, Sensitive<UnitIndex>) {
    let points = noisy_points(50);
    let mut indices: Vec<usize> = (0..50).collect();
    indices.extend([4, 4, 9]);
    let owners = (0..53)
        .map(|record| format!("user {}", record % 7))
        .collect();
    let units = UnitIndex::group_by_name(owners, NonZeroUsize::MAX);
    let examples = points.select(&indices);
    // Numbered afresh, as if read from a file of its own.
    let examples = crate::support::afresh(&examples);
    (Sensitive::new(examples), Sensitive::new(units))
}

fn partition(rule: PartitionRule) -> Partition {
    let (examples, units) = data();
    match rule {
        UNITS => Partition::of_units(&examples, &units, 6, rule),
        _ => Partition::new(&examples, 6, rule),
    }
    .unwrap()
}

fn proof(rule: PartitionRule, key: &[u8; 32]) -> PartitionProof {
    let (examples, units) = data();
    let proof = partition(rule).proof(&examples, Some(&units), key).unwrap();
    proof.into_exposed_sensitive()
}

fn text(proof: &PartitionProof) -> String {
    let mut bytes = Vec::new();
    proof.write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn read(text: &str) -> Result<PartitionProof, TeachersError> {
    Ok(PartitionProof::read(text.as_bytes())?.into_exposed_sensitive())
}

fn holds_all(proof: &PartitionProof, key: &[u8; 32]) -> bool {
    let (examples, units) = data();
    let holds = proof.holds_all(&examples, Some(&units), key).unwrap();
    holds.into_exposed_sensitive()
}

#[test]
fn partitions_are_disjoint_and_complete() {
    for rule in RULES {
        let written = text(&proof(rule, KEY));
        assert_eq!(written.lines().count(), 7);
        let proof = read(&written).unwrap();
        let verdict = proof.check().into_exposed_sensitive();
        assert!(verdict.is_disjoint());
        assert_eq!((verdict.shards, verdict.records), (6, 53));
        assert!(holds_all(&proof, KEY));
        // Another key makes other digests, so that nothing is told without it.
        assert!(!holds_all(&proof, &[4; 32]));
        assert_eq!(text(&proof), written);
        assert_eq!(format!("{proof:?}").matches(char::is_numeric).count(), 0);
    }
}

/// A record that two teachers have seen, or that none has.
#[test]
fn shared_and_missing_records_show() {
    for rule in RULES {
        let written = text(&proof(rule, KEY));
        let mut lines: Vec<serde_json::Value> = written
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let join = |lines: &[serde_json::Value]| {
            lines
                .iter()
                .map(|line| format!("{line}\n"))
                .collect::<String>()
        };
        let record = lines[1]["records"].as_array_mut().unwrap().pop().unwrap();
        lines[1]["count"] = (lines[1]["count"].as_u64().unwrap() - 1).into();
        let missing = read(&join(&lines)).unwrap();
        assert!(missing.check().expose_sensitive().is_disjoint());
        assert!(!holds_all(&missing, KEY));
        // In another shard it is all there again, and disjoint unless its like stayed behind.
        lines[2]["records"]
            .as_array_mut()
            .unwrap()
            .push(record.clone());
        lines[2]["count"] = (lines[2]["count"].as_u64().unwrap() + 1).into();
        assert!(holds_all(&read(&join(&lines)).unwrap(), KEY));
        // In both.
        lines[1]["records"].as_array_mut().unwrap().push(record);
        lines[1]["count"] = (lines[1]["count"].as_u64().unwrap() + 1).into();
        let shared = read(&join(&lines)).unwrap();
        let verdict = shared.check().into_exposed_sensitive();
        assert_eq!((verdict.shared_records, verdict.is_disjoint()), (1, false));
        assert!(!holds_all(&shared, KEY));
    }
}

#[test]
fn a_user_in_two_shards_shows() {
    let written = text(&proof(UNITS, KEY));
    let mut lines: Vec<serde_json::Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let with = (1..7)
        .find(|&i| !lines[i]["units"].as_array().unwrap().is_empty())
        .unwrap();
    let user = lines[with]["units"][0].clone();
    let other = if with == 1 { 2 } else { 1 };
    lines[other]["units"].as_array_mut().unwrap().push(user);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let verdict = read(&text).unwrap().check().into_exposed_sensitive();
    assert_eq!((verdict.shared_records, verdict.shared_units), (0, 1));
    assert!(!verdict.is_disjoint());
}

/// Without the key, equal contents at two positions or of two users look unlike each other; in one
/// place they look alike.
#[test]
fn digests_follow_the_rule() {
    let inputs = array![[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]];
    let examples = Sensitive::new(Examples::new(inputs, vec![0, 0, 0], 2, "test").unwrap());
    let owners = ["a", "b", "a"].map(str::to_owned).to_vec();
    let units = Sensitive::new(UnitIndex::group_by_name(owners, NonZeroUsize::MAX));
    for (rule, expected) in [(HASH, 1), (PartitionRule::Position, 3), (UNITS, 2)] {
        let partition = match rule {
            UNITS => Partition::of_units(&examples, &units, 1, rule),
            _ => Partition::new(&examples, 1, rule),
        };
        let proof = partition
            .unwrap()
            .proof(&examples, Some(&units), KEY)
            .unwrap();
        let line = text(proof.expose_sensitive())
            .lines()
            .nth(1)
            .unwrap()
            .to_owned();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let mut records: Vec<_> = (line["records"].as_array().unwrap().iter())
            .map(|digest| digest.as_str().unwrap())
            .collect();
        assert!(records.is_sorted() && records.len() == 3);
        records.dedup();
        assert_eq!(records.len(), expected);
        assert_eq!(
            line["units"].as_array().map(Vec::len),
            (rule == UNITS).then_some(2)
        );
    }
}

/// `hmac.new(bytes([3] * 32), b"".join([b"privet partition proof v1"] + [struct.pack("<Q", len(p)) + p
/// for p in (b"record", struct.pack("<ffI", 1, 2, 1))]), "sha256").hexdigest()`
#[test]
fn digests_are_those_of_another_program() {
    let examples = Examples::new(array![[1.0, 2.0]], vec![1], 2, "test").unwrap();
    let examples = Sensitive::new(examples);
    let partition = Partition::new(&examples, 1, HASH).unwrap();
    let proof = partition.proof(&examples, None, KEY).unwrap();
    let expected = "afca531f77231a23523655fea85f731e2eb5493a19c412625cd303da704c5abc";
    assert!(text(proof.expose_sensitive()).contains(expected));
}

#[test]
fn damaged_proofs_and_strangers_are_refused() {
    let written = text(&proof(UNITS, KEY));
    let lines: Vec<&str> = written.lines().collect();
    let swapped = [&lines[..1], &lines[2..3], &lines[1..2], &lines[3..]]
        .concat()
        .join("\n");
    let longer = format!("{written}{}", lines[1]);
    let damaged = [
        String::new(),
        "{}".into(),
        lines[..6].join("\n"),
        swapped,
        longer,
        written.replacen("privet-partition-1", "privet-partition-2", 1),
        written.replacen("\"count\":", "\"count\":1", 1),
        written.replacen("\"units\":", "\"names\":", 1),
        written.replacen("unit-hash", "position", 1),
        written.replacen("[\"", "[\"0", 1),
        written.replacen("[\"", "[\"g", 1),
    ];
    for text in damaged {
        let error = read(&text).unwrap_err();
        assert!(matches!(error, TeachersError::Proof { .. }), "{error}");
    }
    let (examples, _) = data();
    assert!(partition(UNITS).proof(&examples, None, KEY).is_err());
    assert!(proof(UNITS, KEY).holds_all(&examples, None, KEY).is_err());
    let fewer = Sensitive::new(noisy_points(3));
    assert!(partition(HASH).proof(&fewer, None, KEY).is_err());
}
