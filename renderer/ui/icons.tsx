import {
  Archive, ArrowDownToLine, ArrowLeft, ArrowRight, BadgeCheck, Boxes, Check, ChevronDown, ChevronRight, CircleCheck, CircleDashed, CirclePause, CircleQuestionMark, CircleX, Clock,
  Coins, Copy, Droplets, ExternalLink, Eye, EyeOff, FileText, FlaskConical, Gauge, GitCompare, Hand, Hourglass, House, Info, KeyRound, Link2, Loader, Lock, LockOpen, LogOut, Minus, Monitor,
  Pause, Play, Plus, RadioTower, RefreshCw, RotateCw, Scale, Search, Send, ShieldCheck, Square, Trash2, TriangleAlert, Undo2, Wallet, Wrench, X, type LucideIcon,
} from 'lucide-react'
import type { ReactNode } from 'react'

/** Fixed pairs of the design language: circle-check ok, triangle-alert warn, circle-x bad, circle-dashed unknown, circle-pause stopped, loader under way, … */
const ICONS = {
  archive: Archive, 'arrow-down-to-line': ArrowDownToLine, 'arrow-left': ArrowLeft, 'arrow-right': ArrowRight, 'badge-check': BadgeCheck, boxes: Boxes, check: Check,
  'chevron-down': ChevronDown, 'chevron-right': ChevronRight, 'circle-check': CircleCheck, 'circle-dashed': CircleDashed, 'circle-pause': CirclePause, 'circle-help': CircleQuestionMark,
  'circle-x': CircleX, clock: Clock, coins: Coins, copy: Copy, droplets: Droplets, 'external-link': ExternalLink, eye: Eye, 'eye-off': EyeOff, 'file-text': FileText,
  'flask-conical': FlaskConical, gauge: Gauge, 'git-compare': GitCompare, hand: Hand, hourglass: Hourglass, house: House, info: Info, 'key-round': KeyRound, link: Link2, loader: Loader,
  lock: Lock, 'lock-open': LockOpen, 'log-out': LogOut, minus: Minus, monitor: Monitor, pause: Pause, play: Play, plus: Plus, 'radio-tower': RadioTower, 'refresh-cw': RefreshCw,
  'rotate-cw': RotateCw, scale: Scale, search: Search, send: Send, 'shield-check': ShieldCheck, square: Square, trash: Trash2, 'triangle-alert': TriangleAlert, undo: Undo2, wallet: Wallet,
  wrench: Wrench, x: X,
} satisfies Record<string, LucideIcon>

export type IconName = keyof typeof ICONS

/** One icon, 16 px (14, 12 or 20 by `size`), never without a word beside it unless its button has a name. */
export function Icon({ name, size = 16, className = '' }: { name: IconName; size?: 12 | 14 | 16 | 20; className?: string }): ReactNode {
  const Drawn = ICONS[name]
  return <Drawn aria-hidden="true" className={`icon ${size === 16 ? '' : `s${size}`} ${className}`} />
}

/** The arch with an ember in it. */
export function Mark(): ReactNode {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d="M3.6 21V11.4a8.4 8.4 0 0 1 16.8 0V21" stroke="currentColor" strokeWidth="2.1" strokeLinecap="round" />
      <path d="M12 21.6c-2.9 0-4.7-1.8-4.7-4.3 0-2.9 2.6-4.1 3.5-7.3 2.6 1.3 5.9 3.9 5.9 7.4 0 2.4-1.8 4.2-4.7 4.2z" fill="var(--ember)" />
    </svg>
  )
}
