// Below an answer: its sources, which open in the side panel, also from the [n] in its text; and how to save it.
import { useEffect, useRef, useState } from "react"
import { useSetRecoilState } from "recoil"
import { toast } from "sonner"
import { sideViewState } from "@chainlit/react-client"

export default function Sources() {
  const root = useRef(null)
  const setSide = useSetRecoilState(sideViewState)
  const list = props.sources || []
  const [all, setAll] = useState(list.length <= 8)

  const open = (source, from) => {
    window.asylumOpener = from
    const key = `${props.id}-${source.n}`
    setSide({
      title: `[${source.n}] ${source.title}`,
      key,
      elements: [{ id: key, type: "custom", name: "SourceCard", display: "side", props: source }],
    })
  }

  useEffect(() => {
    const box = root.current && root.current.closest(".message-content")
    if (!box) return
    const onClick = (event) => {
      const link = event.target.closest && event.target.closest("a[href]")
      const mark = link && /#src-(\d+)$/.exec(link.getAttribute("href"))
      const source = mark && list.find((s) => String(s.n) === mark[1])
      if (!source || event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      open(source, link)
    }
    box.addEventListener("click", onClick)
    return () => box.removeEventListener("click", onClick)
  }, [list])

  const save = async (form) => {
    try {
      const { response } = await callAction({ name: "save", payload: { id: props.id, form } })
      const url = URL.createObjectURL(new Blob([response.text], { type: response.media }))
      const link = Object.assign(document.createElement("a"), { href: url, download: response.name })
      link.click()
      setTimeout(() => URL.revokeObjectURL(url), 10000)
    } catch {
      toast.error(props.unsaved)
    }
  }

  return (
    <div ref={root} className="asylum-sources">
      <h3>{props.heading}</h3>
      <ul aria-label={props.heading}>
        {(all ? list : list.slice(0, 6)).map((s) => (
          <li key={s.n}>
            <button type="button" className="asylum-source" data-n={s.n} data-broken={!s.verified}
              onClick={(event) => open(s, event.currentTarget)}>
              <b>[{s.n}]</b>
              <span>
                {s.heading} <small>· {s.verified ? s.line : s.check}</small>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {!all && (
        <button type="button" className="asylum-all" onClick={() => setAll(true)}>{props.all}</button>
      )}
      <div className="asylum-save">
        <span>{props.save}</span>
        {props.forms.map((f) => (
          <button type="button" key={f.form} data-form={f.form} onClick={() => save(f.form)}>{f.label}</button>
        ))}
      </div>
    </div>
  )
}
