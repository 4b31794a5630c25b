import type { DocumentFormat } from '../types';

/** The MIME types of documents. */
export const DOCUMENT_TYPES: Readonly<Record<DocumentFormat, string>> = {
	text: 'text/plain',
	pdf: 'application/pdf',
	doc: 'application/msword',
	docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
	xls: 'application/vnd.ms-excel',
	xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
	ppt: 'application/vnd.ms-powerpoint',
	pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
};

/** Whether a MIME type is that of a format for StepFun's parser. */
export const isParsedType = (type: string): boolean =>
	Object.entries(DOCUMENT_TYPES).some(([format, known]) => format !== 'text' && known === type);
