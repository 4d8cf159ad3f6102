/**
 * A part of the page as one SVG: boxes, texts and drawings at their positions on the screen.
 *
 * Built from nodes, never from text: a name in a log stays a text node. A canvas becomes an image, at
 * the screen's resolution.
 */

const SVG = 'http://www.w3.org/2000/svg';

/** Height of the line that says what a picture shows, in pixels. */
export const CAPTION = 28;

// The page's controls, and what only screen readers get: not part of a picture.
const LEFT_OUT = '.unseen, .button, .icon-button, .field, .choice, .menu, input';

/** The element as it is rendered now, without its controls, below a line of text. */
export function pageSvg(root: Element, background: string, caption: string): SVGSVGElement {
  const box = root.getBoundingClientRect();
  const [width, height] = [box.width, box.height + CAPTION];
  const svg = make('svg', {width, height, xmlns: SVG});
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.append(make('rect', {width, height, fill: background}));
  addText(svg, caption, getComputedStyle(root), 12, {x: 0, y: 0, width, height: CAPTION});
  const page = make('g', {transform: `translate(0 ${CAPTION})`});
  addElement(page, root, box);
  svg.append(page);
  return svg as SVGSVGElement;
}

/** The SVG as the text of a file. */
export const svgText = (svg: SVGSVGElement) => new XMLSerializer().serializeToString(svg);

/** The same as pixels, `density` for each of the page's own. */
export async function svgToPng(svg: SVGSVGElement, density: number): Promise<Blob> {
  const image = new Image();
  const loaded = new Promise((resolve, reject) => {
    image.onload = resolve;
    image.onerror = () => reject(new Error('the picture could not be drawn'));
  });
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg))}`;
  await loaded;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(Number(svg.getAttribute('width')) * density);
  canvas.height = Math.round(Number(svg.getAttribute('height')) * density);
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error('the picture could not be written'));
    });
  });
}

function make(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function addElement(into: SVGElement, element: Element, origin: DOMRect): void {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  if (style.display === 'none' || style.visibility === 'hidden' || !overlaps(box, origin)) return;
  if (element.matches(LEFT_OUT)) return;
  if (element instanceof SVGSVGElement) {
    into.append(copySvg(element, box, origin));
    return;
  }
  const place = {
    x: box.left - origin.left,
    y: box.top - origin.top,
    width: box.width,
    height: box.height,
  };
  addBox(into, style, place);
  if (element instanceof HTMLCanvasElement) {
    if (element.width && element.height) {
      into.append(make('image', {...place, href: element.toDataURL()}));
    }
    return;
  }
  for (const child of element.childNodes) {
    if (child instanceof Text) addTextNode(into, child, style, origin);
    else if (child instanceof Element) addElement(into, child, origin);
  }
}

const overlaps = (box: DOMRect, origin: DOMRect) =>
  box.right > origin.left &&
  box.left < origin.right &&
  box.bottom > origin.top &&
  box.top < origin.bottom;

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const TRANSPARENT = 'rgba(0, 0, 0, 0)';

function addBox(into: SVGElement, style: CSSStyleDeclaration, place: Place): void {
  if (style.backgroundColor !== TRANSPARENT) {
    into.append(make('rect', {...place, fill: style.backgroundColor, opacity: style.opacity}));
  }
  const gradient = /^linear-gradient\(to right, (.*)\)$/.exec(style.backgroundImage);
  if (gradient) addGradient(into, gradient[1].match(/rgba?\([^)]*\)/g) ?? [], place);
  const {x, y, width, height} = place;
  const line = (side: 'top' | 'right' | 'bottom' | 'left', ends: Record<string, number>) => {
    const thickness = parseFloat(style.getPropertyValue(`border-${side}-width`));
    if (!thickness || style.getPropertyValue(`border-${side}-style`) === 'none') return;
    const stroke = style.getPropertyValue(`border-${side}-color`);
    into.append(make('line', {...ends, stroke, 'stroke-width': thickness}));
  };
  line('top', {x1: x, x2: x + width, y1: y, y2: y});
  line('bottom', {x1: x, x2: x + width, y1: y + height, y2: y + height});
  line('left', {x1: x, x2: x, y1: y, y2: y + height});
  line('right', {x1: x + width, x2: x + width, y1: y, y2: y + height});
}

function addGradient(into: SVGElement, colours: readonly string[], place: Place): void {
  const id = `gradient${into.childNodes.length}`;
  const gradient = make('linearGradient', {id});
  colours.forEach((colour, index) => {
    const offset = index / Math.max(1, colours.length - 1);
    gradient.append(make('stop', {offset, 'stop-color': colour}));
  });
  into.append(gradient, make('rect', {...place, fill: `url(#${id})`}));
}

/** A text node, one piece per line. */
function addTextNode(into: SVGElement, node: Text, style: CSSStyleDeclaration, origin: DOMRect) {
  const text = node.data.trim();
  if (!text) return;
  const range = document.createRange();
  range.selectNodeContents(node);
  const box = range.getBoundingClientRect();
  if (!overlaps(box, origin)) return;
  const place = {
    x: box.left - origin.left,
    y: box.top - origin.top,
    width: box.width,
    height: box.height,
  };
  addText(into, text, style, place.x, place);
}

function addText(
  into: SVGElement,
  text: string,
  style: CSSStyleDeclaration,
  x: number,
  {y, height}: Place,
): void {
  const element = make('text', {
    x,
    y: y + height / 2,
    fill: style.color,
    'font-family': style.fontFamily,
    'font-size': style.fontSize,
    'font-weight': style.fontWeight,
    'dominant-baseline': 'central',
  });
  element.textContent = text;
  into.append(element);
}

const DRAWN = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'font-size', 'font-family'];

/** An inner SVG with its styles written inline. */
function copySvg(source: SVGSVGElement, box: DOMRect, origin: DOMRect): SVGElement {
  const copy = source.cloneNode(true) as SVGSVGElement;
  const originals = [source, ...source.querySelectorAll<SVGElement>('*')];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  copies.forEach((element, index) => {
    const style = getComputedStyle(originals[index]);
    for (const property of DRAWN) element.setAttribute(property, style.getPropertyValue(property));
    element.removeAttribute('class');
    element.removeAttribute('style');
  });
  copy.setAttribute('x', String(box.left - origin.left));
  copy.setAttribute('y', String(box.top - origin.top));
  copy.setAttribute('width', String(box.width));
  copy.setAttribute('height', String(box.height));
  return copy;
}
