import { useEffect, useRef, useState, type RefObject } from 'react'

/** Width of an element in CSS pixels, so that text in a drawing keeps its size. @param first until it is measured */
export function useWidth<E extends Element>(first: number): [RefObject<E | null>, number] {
  const element = useRef<E | null>(null)
  const [width, setWidth] = useState(first)
  useEffect(() => {
    if (!element.current || typeof ResizeObserver === 'undefined') return undefined
    const observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) setWidth(Math.round(entry.contentRect.width))
    })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [])
  return [element, width]
}
