import { shownExtent } from './map-view.ts';
import { looksOf, type MapFrame, type PointDrawer } from './point-drawer.ts';
import { POINT_COLORS } from './point-colors.ts';
import { runsIn, type PointGrid } from './point-grid.ts';
import type { PointLook } from './point-look.ts';

const VERTEX = `#version 300 es
in vec2 place;
in uint color;
uniform vec2 middle;
uniform vec2 scale;
uniform float size;
uniform vec3 palette[${POINT_COLORS.length}];
flat out vec3 tint;
void main() {
  gl_Position = vec4((place - middle) * scale, 0.0, 1.0);
  gl_PointSize = size;
  tint = palette[color];
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform float size;
uniform float alpha;
flat in vec3 tint;
out vec4 drawn;
void main() {
  float rim = size * 0.5 - length(gl_PointCoord - 0.5) * size;
  drawn = vec4(tint, 1.0) * (alpha * clamp(rim + 0.5, 0.0, 1.0));
}`;

/**
 * Draws points by the graphics card, in WebGL 2: one buffer of places and one of colours, in the order of the grid, of which the runs that are in view are
 * drawn. Null where there is no card, or it would be slower than the processor (`failIfMajorPerformanceCaveat`: WebGL in software).
 *
 * Shaders are written by hand: what regl, and so regl-scatterplot, draws with is made by `Function` at run time, which the page's policy forbids.
 *
 * @param lost called where the graphics card went away; this drawer draws no more then
 * @param anyway also where the processor has to do it: for tests
 */
export function gpuDrawer(canvas: HTMLCanvasElement, lost: () => void, anyway = false): PointDrawer | null {
  const gl = canvas.getContext('webgl2', { antialias: false, failIfMajorPerformanceCaveat: !anyway });
  const program = gl === null ? null : linked(gl);
  if (gl === null || program === null) return null;
  canvas.addEventListener('webglcontextlost', lost, { once: true });
  gl.useProgram(program);
  gl.enable(gl.BLEND);
  // colours are multiplied by alpha already
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const uniform = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const at = {
    middle: uniform('middle'),
    scale: uniform('scale'),
    size: uniform('size'),
    alpha: uniform('alpha'),
    palette: uniform('palette'),
  };
  const buffers = new PointBuffers(gl, program);

  return {
    draw(frame) {
      const { view, size, palette } = frame;
      const ratio = window.devicePixelRatio;
      fitCanvas(canvas, size.width * ratio, size.height * ratio);
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      buffers.take(frame);
      gl.uniform2f(at.middle, view.x, view.y);
      // y grows downwards in the plane, upwards in WebGL
      gl.uniform2f(at.scale, (2 * view.scale) / size.width, (-2 * view.scale) / size.height);
      gl.uniform3fv(
        at.palette,
        palette.points.flatMap((rgb) => rgb.map((part) => part / 255)),
      );
      const looks = looksOf(frame);
      const useLook = (look: PointLook): void => {
        gl.uniform1f(at.size, look.size * ratio);
        gl.uniform1f(at.alpha, look.alpha);
      };
      useLook(looks.all);
      const runs = runsIn(frame.grid, shownExtent(view, size, looks.all.size));
      for (let run = 0; run < runs.length; run += 2)
        gl.drawArrays(gl.POINTS, runs[run] ?? 0, (runs[run + 1] ?? 0) - (runs[run] ?? 0));
      if (frame.lit === null) return;
      useLook(looks.lit);
      gl.drawElements(gl.POINTS, frame.lit.length, gl.UNSIGNED_INT, 0);
    },
    dispose() {
      canvas.removeEventListener('webglcontextlost', lost);
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}

/** The canvas in device pixels; setting the size clears it, so only where it changes. */
export function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number): void {
  const [across, down] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))];
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
}

/** What of a frame is on the graphics card: sent again where it is another. */
class PointBuffers {
  readonly #gl: WebGL2RenderingContext;
  readonly #places: WebGLBuffer;
  readonly #colors: WebGLBuffer;
  #grid: PointGrid | null = null;
  #kinds: Uint8Array | null = null;
  #lit: readonly number[] | null = null;
  /** Of each point its place in the buffers. */
  #placeOf = new Uint32Array(0);

  constructor(gl: WebGL2RenderingContext, program: WebGLProgram) {
    this.#gl = gl;
    this.#places = gl.createBuffer();
    this.#colors = gl.createBuffer();
    const [place, color] = [gl.getAttribLocation(program, 'place'), gl.getAttribLocation(program, 'color')];
    gl.enableVertexAttribArray(place);
    gl.enableVertexAttribArray(color);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#places);
    gl.vertexAttribPointer(place, 2, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#colors);
    gl.vertexAttribIPointer(color, 1, gl.UNSIGNED_BYTE, 0, 0);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
  }

  take({ grid, colors, lit }: MapFrame): void {
    const gl = this.#gl;
    const another = grid !== this.#grid;
    if (another) {
      this.#placeOf = new Uint32Array(grid.count);
      for (const [place, point] of grid.order.entries()) this.#placeOf[point] = place;
      gl.bindBuffer(gl.ARRAY_BUFFER, this.#places);
      gl.bufferData(gl.ARRAY_BUFFER, grid.ordered, gl.STATIC_DRAW);
    }
    if (another || colors !== this.#kinds) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this.#colors);
      gl.bufferData(
        gl.ARRAY_BUFFER,
        Uint8Array.from(grid.order, (point) => colors[point] ?? 0),
        gl.STATIC_DRAW,
      );
    }
    if (another || lit !== this.#lit) {
      const places = Uint32Array.from(lit ?? [], (point) => this.#placeOf[point] ?? 0);
      gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, places, gl.DYNAMIC_DRAW);
    }
    this.#grid = grid;
    this.#kinds = colors;
    this.#lit = lit;
  }
}

function linked(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type);
    if (shader === null) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) === true ? program : null;
}
