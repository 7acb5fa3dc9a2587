// One text that saves itself, wherever its field is: kept in this browser first, then sent until the server has it.
import { forget, keep, page } from "./kept_texts.js";
import { post, stepOf } from "./posting.js";

const AFTER_KEY = 800;
// Whoever writes without a pause is saved all the same.
const AT_LEAST = 5000;
const PAUSES = [1000, 2000, 4000, 8000, 15000];

let count = 0;
const tidy = (words) => words.trim();
export const lengthOf = (words) => [...words].length;

export class Text {
  #timer;
  #underWay = 0;
  #since = 0;
  // What was sent since the last answer: it may have arrived or not.
  #sent = [];

  // `base` is the text that the server is known to have, `seen` its seal; `asOf` the version of the edition that told.
  constructor({ address, what, limit, base, seen, asOf, said = "", value = base, follows = [] }) {
    Object.assign(this, { address, what, limit, base, seen, asOf, said, value, follows });
    count += 1;
    Object.assign(this, { writer: `${page}.${count}`, sequence: 0, answered: 0, tries: 0 });
    Object.assign(this, { state: "saved", conflict: null, left: null, isKept: true, tell() {} });
  }

  get isSaved() {
    return this.value === this.base && this.sequence === this.answered && !this.conflict && this.left === null;
  }

  get isTooLong() {
    return lengthOf(this.value) > this.limit;
  }

  // Neither here nor there: only such a text would be lost with its page.
  get isInDanger() {
    return !this.isSaved && !this.isKept;
  }

  type(value) {
    this.value = value;
    this.tries = 0;
    if (this.state === "refused") this.state = "saved";
    this.remember();
    this.#since ||= Date.now();
    this.sendAfter(Math.max(0, Math.min(AFTER_KEY, this.#since + AT_LEAST - Date.now())));
    this.tell();
  }

  remember() {
    if (this.isSaved) forget(this);
    else this.isKept = keep(this);
  }

  sendAfter(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.send(), pause);
  }

  // With two texts to choose from it only asks anew, by `isAsking`, whether there still are two, and whose the other is.
  async send({ isLast = false, isAsking = false } = {}) {
    const isBusy = this.#underWay > 0 && !isLast;
    if (this.isSaved || (this.conflict && !isAsking) || this.isTooLong || this.state === "refused" || isBusy) return;
    clearTimeout(this.#timer);
    this.#since = 0;
    this.sequence += 1;
    this.#underWay += 1;
    this.#sent.push(tidy(this.value));
    const [sequence, sent, left] = [this.sequence, this.value, this.left];
    this.tell();
    const answer = await post(this, sequence, left, isLast);
    this.#underWay -= 1;
    // The answer to an earlier request, when one to a later request has come, says nothing new.
    if (sequence > this.answered) this.hear(answer, { sequence, sent, left });
    this.remember();
    this.tell();
  }

  hear(answer, { sequence, sent, left }) {
    this.state = answer.state;
    if (answer.state === "saved") this.hearSaved(answer, sequence, sent, left);
    else if (answer.state === "stale") this.hearStale(answer, sequence);
    else if (answer.state === "refused") Object.assign(this, { said: answer.said, answered: sequence });
    else {
      this.said = answer.said ?? "";
      // A new form token is used at once; all else is tried again, ever more seldom.
      this.sendAfter(answer.state === "expired" && this.tries === 0 ? 0 : stepOf(PAUSES, this.tries));
      this.tries += 1;
    }
  }

  hearSaved({ seen, said, version }, sequence, sent, left) {
    Object.assign(this, { base: sent, seen, said, asOf: version, answered: sequence, tries: 0, follows: [], conflict: null });
    this.#sent = [];
    if (this.left === left) this.left = null;
    if (!this.isSaved) this.sendAfter(AFTER_KEY);
    document.dispatchEvent(new CustomEvent("textSaved", { detail: this }));
  }

  hearStale({ theirs, seen, by, is_own: isOwn, version }, sequence) {
    Object.assign(this, { answered: sequence, asOf: version });
    // What this text was made from is still there, only sealed anew, or what this page itself sent: nothing to choose.
    const isSame = !this.conflict?.isReopened && [tidy(this.base), ...this.#sent.slice(0, -1)].includes(theirs);
    if (isSame && this.tries < PAUSES.length) {
      Object.assign(this, { base: theirs, seen, conflict: null });
      this.sendAfter(this.tries ? stepOf(PAUSES, this.tries) : 0);
      this.tries += 1;
    } else {
      // What was taken is not there any more, so the choice is open again, unless one has written on since.
      const isReopened = this.conflict?.isReopened || this.left !== null;
      if (this.left !== null && this.value === this.base) Object.assign(this, { value: this.left, left: null });
      this.conflict = { theirs, seen, by, isOwn, isReopened };
    }
  }

  // Of the two texts one is taken, or both go into the field to be made one; what is not taken stays in the log.
  choose(which) {
    const { theirs, seen } = this.conflict;
    const mine = this.value;
    Object.assign(this, { base: theirs, seen, conflict: null, state: "saved", tries: 0 });
    if (which === "theirs") Object.assign(this, { value: theirs, left: this.joined(this.left, mine) });
    if (which === "both") this.value = this.joined(mine, theirs);
    this.remember();
    this.send();
    this.tell();
  }

  joined(...parts) {
    return parts.filter(Boolean).join(this.limit > 1000 ? "\n\n" : " / ");
  }

  // The text as a newer answer has it: taken over where nothing of one's own is in the way.
  renew({ base, seen, asOf, said }) {
    if (asOf < this.asOf || seen === (this.conflict ?? this).seen) return;
    if (this.conflict) {
      Object.assign(this, { asOf, conflict: { ...this.conflict, theirs: base, seen } });
      this.send({ isAsking: true });
    } else if (this.isSaved) {
      Object.assign(this, { base, seen, asOf, said, value: base, state: "saved" });
    }
    this.tell();
  }
}
