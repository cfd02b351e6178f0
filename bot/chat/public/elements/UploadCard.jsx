// A file that was dropped into the chat: what was understood of it, its kind, yes or no, then the build's progress.
import { useState } from "react"
import { toast } from "sonner"

export default function UploadCard() {
  // Chainlit makes the card anew now and then; a kind that was chosen must outlive that
  const chosen = (window.asylumKinds = window.asylumKinds || {})
  const [kind, setKind] = useState(props.stated || chosen[props.id] || "")
  const [busy, setBusy] = useState(false)
  const { words } = props

  const decide = async (add) => {
    setBusy(true)
    try {
      const { response } = await callAction({ name: "upload", payload: { id: props.id, add, kind } })
      if (!response || !response.found) toast.error(words.gone)
    } catch {
      toast.error(words.gone)
    }
    setBusy(false)
  }

  if (props.state !== "offer" && props.state !== "building") {
    return <p className="asylum-upload" data-state={props.state} role="status" dir={props.direction}>{props.done}</p>
  }
  return (
    <section className="asylum-upload" data-state={props.state} aria-label={props.heading} dir={props.direction}>
      <dl>
        {props.facts.map(([label, value]) => [
          <dt key={label}>{label}</dt>,
          <dd key={`${label}-value`}><bdi>{value}</bdi></dd>,
        ])}
      </dl>
      {props.warning && <p className="asylum-warning" role="note">{props.warning}</p>}
      <details open={props.sections.length <= 6}>
        <summary>{words.sections}</summary>
        <ol>
          {props.sections.map((s, n) => (
            <li key={n}><bdi>{s.heading}</bdi>{s.place && <small> · {s.place}</small>}</li>
          ))}
        </ol>
        {props.more && <small>{props.more}</small>}
      </details>
      <details>
        <summary>{words.passages}</summary>
        {props.passages.map((p, n) => (
          <blockquote key={n} dir="auto">{p.text} <small>· {p.place}</small></blockquote>
        ))}
      </details>
      {props.problem && <p className="asylum-warning" role="alert">{props.problem}</p>}
      {props.state === "building" ? (
        <div role="status">
          <progress max={props.progress.total || 1} value={props.progress.done} aria-label={props.progress.line} />
          <small>{props.progress.line}</small>
        </div>
      ) : (
        <form onSubmit={(event) => { event.preventDefault(); decide(true) }}>
          {!props.stated && (
            <select required value={kind} aria-label={words.kind}
              onChange={(event) => { chosen[props.id] = event.target.value; setKind(event.target.value) }}>
              <option value="" disabled>{words.choose}</option>
              {props.kinds.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
            </select>
          )}
          <button type="submit" disabled={busy || !kind}>{words.add}</button>
          <button type="button" disabled={busy} onClick={() => decide(false)}>{words.cancel}</button>
        </form>
      )}
    </section>
  )
}
