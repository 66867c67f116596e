import ui from '../components/ui.module.css'
import { text } from '../messages'

export default function Missing() {
  return (
    <div className={ui.stack}>
      <h1>{text.errors.missingHeading}</h1>
      <p className={ui.lead}>{text.errors.not_found}</p>
      <p>
        <a className={ui.button} href="/">
          {text.errors.home}
        </a>
      </p>
    </div>
  )
}
