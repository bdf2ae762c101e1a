// @ts-check
/**
 * The shapes that the logic publishes and the interface renders. Nothing here runs: the file is the dictionary that
 * `Web/app` and `Web/ui` share, checked by `deno check`.
 */

/** @typedef {"home" | "account" | "prejoin" | "joining" | "waiting" | "call" | "left" | "blocked"} Phase `waiting`: at the door, until a
 *   host lets us in */

/**
 * Why the person cannot go on. `bad_link` the address is not a room link; `no_secret` the part after # is missing;
 * `wrong_secret` the room exists under another secret; `unsupported_browser`, `insecure_context` (no HTTPS) and
 * `wasm_failed` the encryption cannot run here; `room_full`, `server_full` no place left; `bad_room` the node refuses
 * the room; `removed` somebody or the node ended the participation; `unknown_version` the page is older or newer than
 * the node: reload; `refused` a host did not let us in; `banned` this device may not come in any more; `room_locked`
 * nobody new comes in; `knock_limit` too many knock at once; `invitation_used` another device took the invitation;
 * `invitation_over` it has expired or was withdrawn; `no_invitation` the room knows none like it; `password_changed` while we
 * were away, so that what we have opens nothing any more; `internal` the node failed.
 * @typedef {"bad_link" | "no_secret" | "wrong_secret" | "unsupported_browser" | "insecure_context" | "wasm_failed"
 *   | "room_full" | "server_full" | "bad_room" | "removed" | "unknown_version" | "refused" | "banned" | "room_locked"
 *   | "knock_limit" | "invitation_used" | "invitation_over" | "no_invitation" | "password_changed"
 *   | "internal"} BlockedCode
 */

/**
 * What is known at the door, while a host decides.
 * @typedef {object} Waiting
 * @property {"waiting" | "no_host"} state whether somebody who could let us in is there, by the node's word; of a wrong link
 *   or password it says `no_host` too, so that nobody can try them out
 * @property {string} digits of this device's key for the room: what a host sees beside the name; empty where it shows none
 * @property {number} since milliseconds since the Unix epoch
 */

/**
 * `connecting` first join; `connected` signalling and media flow; `reconnecting` the signalling is lost (media may go
 * on); `media_lost` signalling stands, media is being made anew; `failed` given up until `retry()`.
 * @typedef {"connecting" | "connected" | "reconnecting" | "media_lost" | "failed"} ConnectionState
 */

/**
 * @typedef {object} Connection
 * @property {ConnectionState} state
 * @property {string} [detail] machine word, e.g. `offline`, `server_restarting`, `media_blocked`
 * @property {number} since milliseconds since the Unix epoch
 */

/**
 * @typedef {object} Device
 * @property {string} id
 * @property {string} label empty until permission is given
 */

/**
 * @typedef {object} Devices
 * @property {Device[]} mics
 * @property {Device[]} cameras
 * @property {Device[]} speakers empty where the browser cannot choose (`setSinkId` missing)
 * @property {string} micId empty: the browser's default
 * @property {string} cameraId
 * @property {string} speakerId
 */

/** @typedef {"unknown" | "granted" | "denied" | "none"} Permission `none`: no device is there. */

/**
 * A capture problem in plain words: `denied` the person or the system refused; `not_found` no such device; `in_use`
 * another program holds it; `failed` anything else.
 * @typedef {"denied" | "not_found" | "in_use" | "failed"} DeviceErrorCode
 */

/**
 * How much is received and sent, as the person chose: `full` what the connection carries; `low_data` up to four small
 * pictures, and a small one of oneself; `audio_only` no pictures of others.
 * @typedef {"full" | "low_data" | "audio_only"} Mode
 */

/**
 * A question that stands above the stage until it is answered: `low_data`, `audio_only` go over to that mode; `restore`
 * go back from a mode that was proposed; `camera_off` switch the own camera off too, `camera_on` switch it on again.
 * @typedef {"low_data" | "audio_only" | "restore" | "camera_off" | "camera_on"} Question
 */

/**
 * The connection in plain words: `weak` pictures of others are smaller; `weak_up` one's own is; `unsteady` what is sent
 * gets lost or comes late; `poor` hardly more than sound gets through; `busy` the device, not the network, is the limit.
 * @typedef {"good" | "weak" | "weak_up" | "unsteady" | "poor" | "busy"} Quality
 */

/** @typedef {import("./figures.js").Details} Details */

/** @typedef {{ mic: boolean, camera: boolean, screen: boolean, screenAudio: boolean }} MediaFlags */

/**
 * `host` made the room; a `cohost` acts for the host; a `listener` is not heard; a `newcomer` is somebody whom nobody has
 * vouched for. Roles are given by the people of the room, never by the node.
 * @typedef {"host" | "cohost" | "speaker" | "listener" | "newcomer"} Role
 */

/**
 * `links` in what they write; `invite` others; `trusted`: may freeze and vouch, and stands in while nobody hosts.
 * @typedef {"microphone" | "camera" | "screen" | "chat" | "directMessages" | "links" | "files" | "whiteboard"
 *   | "reactions" | "recording" | "rename" | "invite" | "trusted"} PermissionName
 */

/**
 * What the rules of the room say of somebody.
 * @typedef {object} Standing
 * @property {Role} role
 * @property {number} permissions what they may do now, as bits (permissions.js)
 * @property {number} granted what the rules give them beyond their role, whether the room is frozen or not
 * @property {number} denied what the rules take of what their role has
 * @property {boolean} veiled their picture is blurred and their sound off, until somebody vouches for them
 * @property {boolean} goesOn they go on while the room is frozen
 * @property {string | null} invitation id of the invitation that they came with
 * @property {string | null} invitedBy id of the invitation that theirs was made with; null: the host's own
 */

/**
 * What this device knows of another: `seen` before on this device, `verified` by the comparison of two people.
 * @typedef {"new" | "seen" | "verified"} Trust
 */

/**
 * `unheard` a member who has said nothing for minutes; `ghost` a member whom the node has nobody for.
 * @typedef {"present" | "unheard" | "ghost"} Presence
 */

/**
 * @typedef {object} OwnSelf
 * @property {string} key as of a person; empty outside a call
 * @property {number} index what the node calls us; -1 outside a call
 * @property {boolean} hand raised
 * @property {boolean} canRemove may remove others, and let people in
 * @property {boolean} delegates we came by an invitation that lets us make others
 * @property {string} name as typed, at most 64 characters
 * @property {boolean} mic capture is wanted and running
 * @property {boolean} camera
 * @property {boolean} screen
 * @property {MediaStream | null} stream the camera preview (video only: never play oneself)
 * @property {number} level microphone, 0...1
 * @property {boolean} speaking
 * @property {Devices} devices
 * @property {Permission} permission of microphone and camera together: `granted` when at least one runs
 * @property {DeviceErrorCode | null} micError
 * @property {DeviceErrorCode | null} cameraError
 */

/** @typedef {OwnSelf & Standing} Self */

/**
 * @typedef {object} OtherPerson somebody else in the room: a member of the encrypted group, whatever the node says
 * @property {string} key who this is, for the whole participation; letters, digits, `-` and `_`
 * @property {number} index what the node calls them, good for nothing but a colour; -1 when it does not know them
 * @property {string | null} name null until opened, or when it holds nothing printable
 * @property {Trust} trust
 * @property {"same" | "alike" | null} alike somebody else is called the same, or so at a glance
 * @property {boolean} hand raised
 * @property {Presence} presence
 * @property {MediaFlags} media what they say they send
 * @property {boolean} speaking
 * @property {MediaStream | null} stream audio and video of the slot they occupy; null while they occupy none. Set it as
 *   `srcObject` whenever it differs; the same object never serves two people at once
 * @property {number} level 0...1
 * @property {boolean} undecryptable frames arrive, but none can be opened with this link
 * @property {boolean} weak what they send suffers on its way to the node
 * @property {boolean} lost the node has lost them; they may come back within seconds
 */

/** @typedef {OtherPerson & Standing} Person */

/**
 * @typedef {object} Screen the shared screen, own or somebody's
 * @property {string | null} key null: nobody shares; equal to `self.key` for one's own
 * @property {MediaStream | null} stream
 */

/**
 * @typedef {object} ChatMessage
 * @property {string} id
 * @property {string} key of the author at the time it was said
 * @property {number} from index of the author at the time
 * @property {string | null} name of the author at the time
 * @property {string} text
 * @property {number} at milliseconds since the Unix epoch, by this device's clock
 * @property {boolean} own
 * @property {boolean} links what looks like a link is one: its author may lead others elsewhere
 * @property {"sending" | "sent" | "failed"} state
 */

/**
 * What happened, for a passing note. `params.name` may be null: use the words for somebody without a name.
 * Codes: `member_added` (name, by: name or null); `left` `lost` (name); `member_removed` (name, by: `node` or `host`);
 * `hand_raised` `verified` (name); `reconnecting` `recovered` `server_restarting` `server_restarted` `media_recovered`;
 * `screen_started` `screen_stopped` (name, own); `screen_busy` `screen_failed`; `link_copied` `copy_failed`;
 * `message_too_long` `message_failed` `no_links`; `taken` `given` (what: a permission); `held` (what, frozen, names: somebody who hosts, or null); `chat_cleared` (name);
 * `not_allowed` `moved`; `mic_failed` `camera_failed` (error); `device_lost` (kind); `rate_limited`.
 * @typedef {object} Notice
 * @property {number} id
 * @property {string} code
 * @property {Record<string, string | number | boolean | null>} params
 * @property {number} at milliseconds since the Unix epoch
 */

/**
 * The `alarm` codes. Nothing is sent any more: `worker_failed` the encryption broke down; `transform_idle` media flows
 * past it; `swapped_media` the node attributes media to the wrong person. Nothing is sent until it has passed: `forked`
 * the people of the room do not all share one group; `bad_commit` somebody changed the group against its rules; `ghost`
 * somebody is in the group whom the node has nobody for; `withheld` the node keeps back what others send. What is sent
 * stays sealed: `bad_welcome` the node serves us a group that cannot be; `not_let_in` nobody lets us in; `wrong_clock`
 * this device's clock, or another's, is off by hours; `cannot_decrypt` nobody's media can be opened; `stranger` the node
 * names somebody who does not become a member.
 * @typedef {"worker_failed" | "transform_idle" | "swapped_media" | "forked" | "bad_commit" | "ghost" | "withheld"
 *   | "bad_welcome" | "not_let_in" | "wrong_clock" | "cannot_decrypt"
 *   | "stranger"} AlarmCode
 */

/**
 * @typedef {object} Security
 * @property {"joining" | "ok" | "alarm"} state `joining` before the group has let us in
 * @property {AlarmCode} [code] the gravest
 * @property {number} members of the group, oneself included
 * @property {string | null} digits 30 of them, the same for everybody in the group; null outside one
 * @property {number} waiting people at the door: the node has told of them, the group has not let them in
 * @property {boolean} locked nobody is let in but by the host
 * @property {number} counter of the rules in force; 0 where there are none
 * @property {"open" | "lobby" | "locked"} door
 * @property {boolean} veil newcomers are blurred and silent
 * @property {boolean} frozen all media and messages stop but those of hosts and of whom they let go on
 * @property {string | null} frozenBy key of who called for it, where that is known
 * @property {number} hosts moderators who are here now
 * @property {number} standIns trusted people who stand in while no moderator is here
 * @property {number} speaker permissions of the role in this room
 * @property {number} listener
 * @property {number} newcomer
 */

/**
 * Somebody at the door, as those inside see them.
 * @typedef {object} Knocking
 * @property {number} id what the node calls them
 * @property {string} join what the group will call them
 * @property {string | null} name that nobody has verified; null until opened, or when it holds nothing printable
 * @property {string} digits twelve, of their device
 * @property {boolean} again the same device has knocked before
 * @property {"same" | "alike" | null} alike called like somebody who is inside
 * @property {boolean} answered we have let them in or turned them away, and the node has not said so yet
 * @property {number} at milliseconds since the Unix epoch
 */

/**
 * Everybody but some moves to a new room. Of the host: `making` the new room, `removing` those who stay behind,
 * `calling` the others, `late` not all of them have come in time. Of the others: `moving` to where the host is. `failed`
 * in the old room, which goes on; it may be tried again.
 * @typedef {object} Move
 * @property {"making" | "removing" | "calling" | "late" | "moving" | "failed"} step
 * @property {number} expected people who are to come along
 * @property {number} arrived
 */

/**
 * Two people make sure of each other by reading six digits aloud. `offered` they ask us; `waiting` we asked; `compare`
 * the digits are there; `confirming` we said that they are the same, they have not yet; `matched` both did; `mismatch`
 * one of us said that they differ; `failed` they did not answer, went away, or broke the rules.
 * @typedef {object} Comparison
 * @property {string} key of the other
 * @property {string | null} name
 * @property {"offered" | "waiting" | "compare" | "confirming" | "matched" | "mismatch" | "failed"} step
 * @property {string | null} digits
 */

/**
 * @typedef {object} Reaction goes by itself after a few seconds
 * @property {number} id
 * @property {string} key of who reacts; `self.key` for oneself
 * @property {string | null} name
 * @property {string} emoji one grapheme
 * @property {number} at milliseconds since the Unix epoch
 */

/**
 * @typedef {object} State
 * @property {Phase} phase
 * @property {{ code: BlockedCode }} [blocked] set exactly in phase `blocked`
 * @property {string} link the room's link with its secret, but without a personal invitation; empty on `home`
 * @property {boolean} hosted the room has a host, who decides who comes in
 * @property {boolean} password the link opens nothing without the room's password
 * @property {Waiting | null} waiting set exactly in phase `waiting`
 * @property {InvitationShown[] | null} invitations null before the node has told of them
 * @property {string} room
 * @property {Connection} connection
 * @property {Self} self
 * @property {Person[]} people in the order of coming
 * @property {Screen} screen
 * @property {ChatMessage[]} chat oldest first, bounded
 * @property {number} unread
 * @property {Notice[]} notices oldest first, the last few
 * @property {Security} security
 * @property {Knocking[]} knocking who is at the door, as far as we may know; first come first
 * @property {Move | null} move
 * @property {Comparison | null} comparison
 * @property {Mode} mode
 * @property {Question | null} question
 * @property {Quality | null} quality null before it was measured
 * @property {Details | null} details figures of the last second; null unless somebody looks
 * @property {boolean} screenOpen somebody's screen is received although the mode is `audio_only`
 * @property {Reaction[]} reactions of the last few seconds, oldest first
 */

/**
 * A personal invitation as the sheet shows it.
 * @typedef {object} InvitationShown
 * @property {string} id
 * @property {string | null} parent id of the one that it was made with; null: the host's own
 * @property {string | null} label who it is for; null where nothing is written, or it cannot be read
 * @property {"listener" | "speaker"} role
 * @property {boolean} delegates
 * @property {number} uses devices that it is good for
 * @property {number} devices that have used it
 * @property {number} expires seconds since the Unix epoch; 0 never
 * @property {boolean} revoked
 */

/** @typedef {{ key: string, height: number }} VisibleTile height in device pixels; a larger one has priority */

/** @typedef {"mic" | "camera" | "speaker"} DeviceKind */

export {};
