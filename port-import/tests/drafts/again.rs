//! A second draft keeps what a person wrote.

use std::fs;

use port_import::new_product::NewProduct;

use crate::Workspace;

const PAGE: &str = "# Ports\n\n## Inbound\n\n| Who | Use | Port | Way |\n|---|---|---|---|\n| Browsers | Administer | TCP/8443 | a |\n| Spool | Hand over | TCP/515 | b |\n| Nobody | Rest | N/A | c |\n";

#[test]
fn purposes_ids_peers_and_notes_are_kept_if_a_column_changes() {
    let workspace = Workspace::new();
    let new = workspace.product("relay", "page.md", PAGE);
    let first = workspace.draft(&new);
    first.assert_has(&["{ head = \"Who\", is = \"note\" }, # FIXME", "id = \"relay-in-administer\" # tcp/8443"]);
    let directory = workspace.data().join("curation/relay");
    let flows = first.flows.replace("id = \"relay-in-administer\"", "id = \"relay-in-console\"").replace(
        "purpose = \"Administer\"\n",
        "purpose = \"Manage the relay from a browser\"\nnote = \"\"\"\\\n[[flow]] in a text.\"\"\"\n",
    );
    fs::write(directory.join("flows.toml"), flows).unwrap();
    let edition = first
        .edition
        .replace(
            "{ head = \"Who\", is = \"note\" }, # FIXME: what does this column contain?",
            "{ head = \"Who\", is = \"peer\" },",
        )
        .replace("peer = \"FIXME\"\n", "");
    assert!(edition.contains("is = \"peer\""), "{edition}");
    fs::write(directory.join("1.toml"), edition).unwrap();

    let second = workspace.draft(&NewProduct { again: true, ..new.clone() });
    second.assert_has(&[
        "\"Browsers\" = \"client\"",
        "\"Spool\" = \"FIXME\"",
        "id = \"relay-in-console\" # tcp/8443\nrow = { peer = \"Browsers\", label = \"Administer\" }\npurpose = \"Manage the relay from a browser\"\n",
        "note = \"\"\"\\\n[[flow]] in a text.\"\"\"\n",
        "purpose = \"Hand over\"",
        "no_flow = \"The port cell says that there is no port.\"",
    ]);
    assert_eq!(second.flows.matches("\n[[flow]]\nid").count(), 2, "{}", second.flows);

    // Nothing is left to change.
    let third = workspace.draft(&NewProduct { again: true, ..new });
    assert_eq!((third.flows, third.edition), (second.flows, second.edition));
}

#[test]
fn a_row_in_both_directions_has_two_flows_once_its_ends_are_known() {
    let workspace = Workspace::new();
    let page = "# Ports\n\n## Relay <--> Agents\n\n| Use | Port |\n|---|---|\n| Look up jobs | TCP/8443 |\n";
    let new = workspace.product("relay", "page.md", page);
    let first = workspace.draft(&new);
    first.assert_has(&["\"Agents\" = \"FIXME\"", "id = \"relay-look-up-jobs\" # tcp/8443"]);
    assert_eq!(first.ports().len(), 1, "{}", first.flows);
    let file = workspace.data().join("curation/relay/flows.toml");
    let flows = first.flows.replace("[peers]\n\"Agents\" = \"FIXME\"", "[peers]\n\"Agents\" = \"client\"");
    fs::write(&file, flows.replace("purpose = \"Look up jobs\"", "purpose = \"Find jobs\"")).unwrap();

    let second = workspace.draft(&NewProduct { again: true, ..new.clone() });
    second.assert_has(&[
        "purpose = \"Find jobs\"\ndirection = \"outbound\"\n",
        "shares_row_with = \"relay-out-look-up-jobs\"\ndirection = \"inbound\"\n",
    ]);
    assert_eq!(second.ports().len(), 2, "{}", second.flows);

    // Ends that a person wrote as constants are no cells.
    let edition_file = workspace.data().join("curation/relay/1.toml");
    let ends = "from = \"Relay\"\nto = \"Agents\"\nboth_ways = true\n";
    let edition = second.edition.replace(ends, "direction = \"inbound\"\npeer = \"client\"\n");
    assert!(edition != second.edition, "{edition}");
    fs::write(edition_file, edition).unwrap();
    fs::write(&file, second.flows.replace("\"Agents\" = \"client\"\n", "")).unwrap();
    let third = workspace.draft(&NewProduct { again: true, ..new });
    third.assert_lacks(&["\"Agents\" = "]);
}

#[test]
fn what_a_draft_wrote_is_drafted_anew_and_what_a_person_wrote_stays() {
    let workspace = Workspace::new();
    let page = "# Ports\n\n## Inbound\n\n| From | Service | Port |\n|---|---|---|\n| Spool | SSH | TCP/22 |\n| Spool | SMTP | TCP/25 |\n";
    let new = workspace.product("relay", "page.md", page);
    let first = workspace.draft(&new);
    first.assert_has(&["\"Spool\" = \"FIXME\""]);
    let file = workspace.data().join("curation/relay/flows.toml");
    let flows = first.flows.replace("\"Spool\" = \"FIXME\"", "\"Spool\" = \"client\"");
    let ids: Vec<&str> = flows.lines().filter_map(|line| line.strip_prefix("id = \"")?.split('"').next()).collect();
    assert_eq!(ids.len(), 2, "{flows}");
    fs::write(&file, &flows).unwrap();
    let again = NewProduct { again: true, ..new };
    let second = workspace.draft(&again);

    // A fresh draft that knows the peer says the same.
    fs::remove_file(&file).unwrap();
    fs::write(&file, second.flows.split("\n[[flow]]").next().unwrap()).unwrap();
    assert_eq!(workspace.draft(&again).flows, second.flows);

    let written =
        flows.replace(ids[0], "relay-in-remote-shell").replace("purpose = \"Log in over SSH\"", "purpose = \"Mine\"");
    assert!(written.contains("Mine"), "{written}");
    fs::write(&file, &written).unwrap();
    let third = workspace.draft(&again);
    third.assert_has(&["id = \"relay-in-remote-shell\" # tcp/22", "purpose = \"Mine\""]);
    assert_eq!(third.flows.split("\n[[flow]]").nth(2), second.flows.split("\n[[flow]]").nth(2));
}

#[test]
fn what_a_person_wrote_about_flows_in_the_file_of_the_edition_is_kept() {
    let workspace = Workspace::new();
    let page = "# Ports\n\n## Inbound\n\n| Who | Use | Port |\n|---|---|---|\n| Browsers | Administer | TCP/8443* |\n| Spool | Hand over | TCP/515 |\n";
    let new = workspace.product("relay", "page.md", page);
    let first = workspace.draft(&new);
    assert!(first.edition.ends_with("\n[flow]\nrelay-in-administer.marks = [\"*\"]\n"), "{}", first.edition);
    let file = workspace.data().join("curation/relay/1.toml");
    let more = "# A person read it.\nrelay-in-administer.note_of = [\n    \"Who\", # the head\n]\nrelay-in-hand.scope = \"host\"\n";
    fs::write(&file, first.edition.clone() + more).unwrap();
    let again = NewProduct { again: true, ..new };
    let second = workspace.draft(&again);
    let kept = "
[flow]
# A person read it.
relay-in-administer.note_of = [
    \"Who\", # the head
]
relay-in-administer.marks = [\"*\"]
relay-in-hand.scope = \"host\"
";
    assert!(second.edition.ends_with(kept), "{}", second.edition);
    // Both flows have their keys below a header now.
    let tables =
        "\n[flow.relay-in-administer]\nnote_of = \"Who\"\nmarks = [\"*\"]\n\n[flow.relay-in-hand]\nscope = \"host\"\n";
    let edition = second.edition.replace(kept, tables);
    fs::write(&file, &edition).unwrap();
    assert_eq!(workspace.draft(&again).edition, edition);
}

#[test]
fn a_product_without_a_draft_cannot_be_drafted_again() {
    let workspace = Workspace::new();
    let new = NewProduct { again: true, ..workspace.product("relay", "page.md", PAGE) };
    let errors = port_import::new_product::new_product(&new).unwrap_err();
    assert!(errors[0].message.contains("relay@1 has no draft"), "{errors:?}");
}
