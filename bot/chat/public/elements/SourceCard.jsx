// The side panel: the quoted words marked in their passage, and where they come from.
import { useEffect, useRef } from "react"
import { useSetRecoilState } from "recoil"
import { sideViewState } from "@chainlit/react-client"

export default function SourceCard() {
  const root = useRef(null)
  const setSide = useSetRecoilState(sideViewState)

  useEffect(() => {
    const opener = window.asylumOpener
    if (root.current) {
      // On a phone the panel is a dialog, whose name Chainlit forgets
      const dialog = root.current.closest("[role=dialog]")
      dialog && dialog.setAttribute("aria-labelledby", "side-view-title")
      root.current.focus({ preventScroll: true })
    }
    const onKey = (event) => {
      if (event.key !== "Escape") return
      setSide(undefined)
      opener && opener.isConnected && opener.focus()
    }
    document.addEventListener("keydown", onKey)
    return () => document.removeEventListener("keydown", onKey)
  }, [props.n])

  const link = (url, label) =>
    url ? <a href={url} target="_blank" rel="noopener noreferrer">{label}</a> : label

  return (
    <div ref={root} tabIndex={-1} className="asylum-card" aria-label={props.title}>
      <blockquote dir="auto">
        {props.before}<mark>{props.quote}</mark>{props.after}
      </blockquote>
      <dl>
        {props.facts.map(([label, value]) => [
          <dt key={label}>{label}</dt>,
          <dd key={`${label}-value`} dir="auto">{value}</dd>,
        ])}
        {props.sources.length > 0 && <dt>{props.rests}</dt>}
        {props.sources.length > 0 && (
          <dd><ul>{props.sources.map((s) => <li key={s.label + s.url}>{link(s.url, s.label)}</li>)}</ul></dd>
        )}
      </dl>
      {props.url && <p>{link(props.url, props.original)}</p>}
      <p className="asylum-check" data-broken={!props.verified}>{props.check}</p>
    </div>
  )
}
