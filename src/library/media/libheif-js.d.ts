/** What is used of libheif's WebAssembly build. Its own declarations speak of another file, and leave results as `any`. */
declare module 'libheif-js/libheif-wasm/libheif-bundle.mjs' {
  /** An object of the WebAssembly side: freed by hand. */
  type Handle = Readonly<Record<string, unknown>>;

  interface HeifError {
    readonly code: { readonly value: number } | number;
    readonly message: string;
  }

  interface Channel {
    readonly id: unknown;
    readonly width: number;
    readonly height: number;
    /** Bytes of a row, padding included. */
    readonly stride: number;
    /** A view of WebAssembly's memory: to be copied before the image is released. */
    readonly data: Uint8Array;
  }

  interface DecodedImage {
    readonly channels: readonly Channel[];
    readonly image: Handle;
  }

  export interface LibHeif {
    readonly heif_error_code: { readonly heif_error_Ok: unknown };
    readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
    readonly heif_chroma: {
      readonly heif_chroma_interleaved_RGB: unknown;
      readonly heif_chroma_interleaved_RGBA: unknown;
    };
    readonly heif_channel: { readonly heif_channel_interleaved: unknown };
    heif_context_alloc(): Handle | null;
    heif_context_free(context: Handle): void;
    heif_context_read_from_memory(context: Handle, bytes: Uint8Array): HeifError;
    heif_js_context_get_primary_image_handle(context: Handle): Handle | HeifError | null;
    heif_image_handle_release(image: Handle): void;
    heif_image_handle_get_width(image: Handle): number;
    heif_image_handle_get_height(image: Handle): number;
    heif_image_handle_has_alpha_channel(image: Handle): number;
    heif_js_decode_image2(
      image: Handle,
      space: unknown,
      chroma: unknown,
    ): Promise<DecodedImage | HeifError | null> | DecodedImage | HeifError | null;
    heif_image_release(image: Handle): void;
  }

  export default function load(): Promise<LibHeif>;
}
