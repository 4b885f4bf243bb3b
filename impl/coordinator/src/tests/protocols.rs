//! Which assignor a group takes.

use super::short::*;
use super::*;

fn joining(member: &str, protocols: &[&str]) -> GroupRequest {
    let mut request = join_request(member, member, 4);
    let protocol = |name: &&str| Protocol {
        name: Text::from(*name),
        metadata: bytes(name),
    };
    request.protocols = protocols.iter().map(protocol).collect();
    GroupRequest::Join(request)
}

/// Three members with these favourites; the protocol they end up with.
fn chosen(protocols: [&[&str]; 3]) -> Option<Text> {
    let mut world = World::new();
    for (id, names) in ["a", "b", "c"].into_iter().zip(protocols) {
        let mut first = joining(id, names);
        if let GroupRequest::Join(request) = &mut first {
            request.member = "".into();
        }
        assert_eq!(world.error(first), MIR);
        world.ask(joining(id, names));
    }
    world.ask(joining("a", protocols[0]));
    world.ask(joining("b", protocols[1]));
    assert_eq!(world.state().0, GroupState::CompletingRebalance);
    world.group().protocol
}

#[test]
fn the_majority_decides_among_what_all_can() {
    assert_eq!(
        chosen([&["x", "y"], &["y", "x"], &["y", "x"]]).as_deref(),
        Some("y")
    );
    assert_eq!(
        chosen([&["x", "y"], &["x", "y"], &["y", "x"]]).as_deref(),
        Some("x")
    );
    assert_eq!(
        chosen([&["x", "y"], &["x", "y"], &["y"]]).as_deref(),
        Some("y"),
        "x is not known to all"
    );
    assert_eq!(
        chosen([&["z", "x", "y"], &["x", "y", "z"], &["y", "z", "x"]]).as_deref(),
        Some("x"),
        "a tie"
    );
}

#[test]
fn a_newcomer_must_share_a_protocol_with_all() {
    let mut world = World::new();
    world.enter("a");
    world.ask(sync("a", 1, &[]));
    world.raise();
    let mut stranger = joining("", &["sticky", "range"]);
    if let GroupRequest::Join(request) = &mut stranger {
        request.fresh_member_id = "n".into();
    }
    assert_eq!(world.error(stranger), MIR, "one in common is enough");
}
