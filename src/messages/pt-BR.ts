import type { Code } from './en.ts';

export const ptBR: Record<Code, string> = {
  'lake.changed': '{file} mudou durante a leitura. Fica onde está e será lido na próxima vez.',
  'lake.missing': '{file} não está mais lá.',
  'lake.exists':
    '{file} já existe e não foi sobrescrito. Use outro nome ou, antes, mova o arquivo antigo para outro lugar.',
  'lake.name':
    '"{file}" não pode ser usado como nome. Escreva pasta/nome, sem "." nem ".." no lugar de uma pasta e sem "/" no começo ou no fim.',
  'lake.long':
    'O nome {file} é longo demais para este disco. Dê ao arquivo um nome de no máximo 255 bytes.',
  'lake.full':
    'Não há mais espaço no disco para {file}. Libere espaço ou aumente a cota; depois é só tentar de novo.',
  'lake.readonly':
    'O disco de {file} permite apenas leitura. Monte-o com permissão de escrita e tente de novo.',
  'lake.forbidden':
    'O Entrada não tem permissão para {file}. Permita que o usuário que o executa leia e grave o arquivo e a pasta.',
  'lake.busy':
    'Há arquivos abertos demais para acessar {file}. É possível tentar de novo; se isso se repetir, aumente o limite de arquivos abertos (ulimit -n).',
  'lake.disks':
    '{file}: as duas pastas estão em discos diferentes. Coloque-as no mesmo disco, para que o arquivo seja movido de uma só vez.',
  'bus.closed':
    'O tópico {topic} não recebe mais nada: o barramento foi fechado. Inicie o Entrada de novo.',
  'bus.subscribed':
    'O tópico {topic} já tem uma assinatura chamada {name}. Dê outro nome à segunda.',
  'zip.truncated':
    'A planilha está incompleta: falta o final do arquivo. Envie-a de novo, ou abra-a no Excel e salve-a outra vez.',
  'zip.broken':
    'A planilha está danificada: {detail}. Abra-a no Excel, deixe-o reparar o arquivo, salve e envie de novo.',
  'zip.corrupt':
    'A planilha está danificada: os bytes da parte {part} não são os que foram gravados. Envie-a de novo a partir do original.',
  'zip.duplicate':
    'A planilha contém a parte {part} duas vezes, e não se sabe qual delas vale. Abra-a no Excel e salve-a de novo.',
  'zip.encrypted': 'A parte {part} da planilha está criptografada. Salve a planilha sem senha.',
  'zip.method':
    'A parte {part} está comprimida de um modo que planilhas não usam (método {method}). Abra-a no Excel e salve-a de novo.',
  'workbook.empty': 'O arquivo está vazio.',
  'workbook.encrypted':
    'A planilha tem senha. No Excel: Arquivo > Informações > Proteger Pasta de Trabalho > Criptografar com Senha, apague a senha, salve e envie de novo.',
  'workbook.xls':
    'Esta é uma planilha .xls antiga (Excel 97-2003). No Excel: Arquivo > Salvar Como > Pasta de Trabalho do Excel (*.xlsx).',
  'workbook.xlsb':
    'Esta é uma planilha binária (.xlsb). No Excel: Arquivo > Salvar Como > Pasta de Trabalho do Excel (*.xlsx).',
  'workbook.otherType':
    'O arquivo não é uma planilha do Excel, apesar do nome: é {type}. Abra-o no Excel e salve como Pasta de Trabalho do Excel (*.xlsx).',
  'workbook.unknownType':
    'O arquivo não é uma planilha do Excel: começa com "{start}". Abra o original no Excel e salve como Pasta de Trabalho do Excel (*.xlsx).',
  'workbook.partMissing':
    'A planilha está danificada: falta a parte {part}. Abra-a no Excel, deixe-o reparar o arquivo e salve de novo.',
  'workbook.sheetMissing':
    'A planilha está danificada: nada leva à aba "{sheet}". Abra-a no Excel, deixe-o reparar o arquivo e salve de novo.',
  'xml.doctype':
    'A parte {part} da planilha contém um DOCTYPE, que nenhuma planilha precisa ter e alguns ataques usam. Abra-a no Excel e salve-a de novo.',
  'xml.malformed':
    'A parte {part} da planilha está danificada: {detail}. Abra-a no Excel, deixe-o reparar o arquivo e salve de novo.',
  'xml.entity':
    'A parte {part} da planilha contém "{entity}", que não representa nenhum caractere. Abra-a no Excel e salve-a de novo.',
  'xml.encoding':
    'A parte {part} da planilha está em uma codificação desconhecida, {encoding}. Abra-a no Excel e salve-a de novo.',
  'sheet.address':
    'A aba "{sheet}" tem uma célula em um endereço impossível: {address}. Abra-a no Excel, deixe-o reparar o arquivo e salve de novo.',
  'sheet.rowTwice':
    'A aba "{sheet}" contém a linha {row} duas vezes, e não se sabe qual delas vale. Abra-a no Excel e salve-a de novo.',
  'sheet.cellTwice':
    'A aba "{sheet}" contém a célula {cell} duas vezes, e não se sabe qual delas vale. Abra-a no Excel e salve-a de novo.',
  'limit.inflatedBytes':
    'A planilha descomprimida passa de {limit} bytes, e a leitura parou. Se ela é mesmo desse tamanho, aumente {setting}.',
  'limit.ratio':
    'A planilha descomprimida passa de {limit} vezes o seu tamanho, como só um arquivo hostil faz, e a leitura parou. Se ela é legítima, aumente {setting}.',
  'limit.cells':
    'Uma aba tem mais de {limit} células com valor. Se estiver certo, aumente {setting}, ou divida a planilha.',
  'limit.sheets': 'A planilha tem mais de {limit} abas. Se estiver certo, aumente {setting}.',
  'limit.texts':
    'A planilha tem mais de {limit} textos diferentes. Se estiver certo, aumente {setting}, ou divida a planilha.',
  'limit.textBytes':
    'Os textos da planilha ocupam mais de {limit} bytes. Se estiver certo, aumente {setting}, ou divida a planilha.',
};
